import { alignRows } from '@stratlab/data/align.ts';
import { type Bars, barCount, sliceBars } from '@stratlab/data/bars.ts';
import { getCalendar } from '@stratlab/data/calendars/index.ts';
import { LabError } from '@stratlab/data/error.ts';
import { resample } from '@stratlab/data/resample.ts';
import type { BarStore, StoredBars } from '@stratlab/data/store.ts';
import { compareTimeframes, type Timeframe, timeframeMs, timeframes } from '@stratlab/data/timeframe.ts';
import type { AlignedBars, MarketView } from '@stratlab/strategies/market-view.ts';

/** A market as the store shows it, with what a result must name of its bars. */
export interface StoredMarket {
  view: MarketView;
  stored: StoredBars;
}

/**
 * All visible bars of a symbol up to `end` (inclusive, by bar start), laid out for strategies. Other timeframes come
 * from the store where it has them, else from resampling finer ones; nothing after `end` is read at all.
 */
export function readMarket(store: BarStore, symbol: string, timeframe: Timeframe, end?: number): StoredMarket {
  const stored = readOrResample(store, symbol, timeframe, end);
  const calendar = getCalendar(stored.series.instrument.calendar);
  const { bars } = stored;
  const lastClose = bars.time[barCount(bars) - 1] + timeframeMs(timeframe);
  const known = new Map<string, AlignedBars>();

  const closedBars = (wanted: string, frame: Timeframe): Bars =>
    closedBy(readOrResample(store, wanted, frame).bars, frame, lastClose);
  const aligned = (key: string, make: () => AlignedBars): AlignedBars => {
    const made = known.get(key) ?? make();
    known.set(key, made);
    return made;
  };
  const atTimeframe = (frame: Timeframe): AlignedBars =>
    aligned(frame, () => {
      const other = frame === timeframe ? bars : closedBars(symbol, frame);
      return {
        bars: other,
        rows: alignRows(bars.time, timeframe, other.time, frame),
        barsPerYear: calendar.barsPerYear(frame),
      };
    });
  const ofSymbol = (other: string, frame: Timeframe): AlignedBars =>
    aligned(`${other} ${frame}`, () => {
      const own = frame === timeframe ? bars : atTimeframe(frame).bars;
      const found = readOrResample(store, other, frame);
      const theirs = closedBy(found.bars, frame, lastClose);
      const { barsPerYear } = getCalendar(found.series.instrument.calendar);
      return { bars: theirs, rows: alignRows(own.time, frame, theirs.time, frame), barsPerYear: barsPerYear(frame) };
    });
  const view: MarketView = {
    symbol: stored.series.symbol,
    timeframe,
    bars,
    barsPerYear: calendar.barsPerYear(timeframe),
    sessionOf: calendar.sessionOf,
    atTimeframe,
    ofSymbol,
  };
  return { view, stored };
}

/** Stored bars of a timeframe, or made from the coarsest finer ones. Throws `not_found` where there are neither. */
export function readOrResample(store: BarStore, symbol: string, timeframe: Timeframe, end?: number): StoredBars {
  const range = end === undefined ? {} : { end, clip: true };
  const finer = timeframes.filter((frame) => compareTimeframes(frame, timeframe) < 0).reverse();
  const stored = new Set(store.ofSymbol(symbol).map(({ series }) => series.timeframe));
  if (stored.has(timeframe)) return store.read(symbol, timeframe, range);
  const source = finer.find((frame) => stored.has(frame));
  if (source === undefined) return store.read(symbol, timeframe, range);
  const found = store.read(symbol, source, range);
  const calendar = getCalendar(found.series.instrument.calendar);
  const bars = whole(resample(found.bars, source, timeframe, calendar), found.bars, source, timeframe);
  if (barCount(bars) === 0)
    throw new LabError('insufficient_data', `${symbol} has too few ${source} bars for one of ${timeframe}.`);
  return { ...found, bars, series: { ...found.series, timeframe } };
}

/** Less a last bar whose span the finer bars do not fill: it is not closed yet. */
function whole(bars: Bars, finer: Bars, source: Timeframe, timeframe: Timeframe): Bars {
  return closedBy(bars, timeframe, finer.time[barCount(finer) - 1] + timeframeMs(source));
}

function closedBy(bars: Bars, timeframe: Timeframe, instant: number): Bars {
  let rows = barCount(bars);
  while (rows > 0 && bars.time[rows - 1] + timeframeMs(timeframe) > instant) rows--;
  return rows === barCount(bars) ? bars : sliceBars(bars, 0, rows);
}
