import { type Bars, barCount, firstBarFrom } from '@stratlab/data/bars.ts';
import { LabError } from '@stratlab/data/error.ts';
import { formatInstant, parseEnd, parseInstant } from '@stratlab/data/instant.ts';
import { parseSymbol } from '@stratlab/data/instrument.ts';
import type { Series } from '@stratlab/data/series.ts';
import type { BarRange, BarStore } from '@stratlab/data/store.ts';
import { compareTimeframes, parseTimeframe, type Timeframe } from '@stratlab/data/timeframe.ts';
import { readOrResample } from './market.ts';

/** Bars as a caller asks for them; dates `YYYY-MM-DD` or ISO times with offset, both ends inclusive. */
export interface BarQuery {
  symbol: string;
  timeframe: string;
  start_date?: string | undefined;
  end_date?: string | undefined;
}

export interface FoundBars {
  /** All that may be seen, whatever the dates: warm-ups are computed on them. */
  bars: Bars;
  /** The rows asked for: `from` inclusive, `to` exclusive; one at least. */
  from: number;
  to: number;
  /** With the timeframe asked for, also where the bars are made from finer ones. */
  series: Series;
  sealedFrom: number | null;
  warnings: string[];
}

/** Throws `invalid_input`, `not_found`, `sealed` for dates beyond the seal, and `no_data` where none of the bars is in range. */
export function readBars(store: BarStore, query: BarQuery): FoundBars {
  const symbol = parseSymbol(query.symbol);
  const timeframe = parseTimeframe(query.timeframe);
  const range = rangeOf(query);
  const source = sourceOf(store, symbol, timeframe);
  store.read(symbol, source, range);
  const { bars, series, sealedFrom } = readOrResample(store, symbol, timeframe);
  const from = range.start === undefined ? 0 : firstBarFrom(bars, range.start);
  const to = range.end === undefined ? barCount(bars) : firstBarFrom(bars, Math.floor(range.end) + 1);
  if (from >= to) throw noneStarts(symbol, timeframe, bars);
  const made = `${symbol} is not stored at ${timeframe}: these bars are made from its ${source} bars.`;
  return { bars, from, to, series, sealedFrom, warnings: source === timeframe ? [] : [made] };
}

function rangeOf({ start_date, end_date }: BarQuery): BarRange {
  return {
    ...(start_date !== undefined && { start: parseInstant(start_date, 'start_date') }),
    ...(end_date !== undefined && { end: parseEnd(end_date, 'end_date') }),
  };
}

/** The stored timeframe that bars of `timeframe` come from: itself, else the coarsest finer one. */
function sourceOf(store: BarStore, symbol: string, timeframe: Timeframe): Timeframe {
  const stored = store.ofSymbol(symbol).map(({ series }) => series.timeframe);
  return stored.filter((frame) => compareTimeframes(frame, timeframe) <= 0).at(-1) ?? timeframe;
}

function noneStarts(symbol: string, timeframe: Timeframe, { time }: Bars): LabError {
  const span = `from ${formatInstant(time[0])} to ${formatInstant(time[time.length - 1])}`;
  return new LabError('no_data', `No ${timeframe} bar of ${symbol} starts in this range.`, {
    hint: `Its ${time.length} bars that may be seen start ${span}.`,
  });
}
