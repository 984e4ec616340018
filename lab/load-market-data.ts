import { sliceBars } from '@stratlab/data/bars.ts';
import { LabError } from '@stratlab/data/error.ts';
import { formatInstant, instantOrNull, parseEnd, parseInstant } from '@stratlab/data/instant.ts';
import { parseSymbol } from '@stratlab/data/instrument.ts';
import { findMarket, markets } from '@stratlab/data/markets/index.ts';
import { gridStart } from '@stratlab/data/resample.ts';
import { parseTimeframe, type Timeframe, timeframeMs } from '@stratlab/data/timeframe.ts';
import { judgeSeries } from './check-data-quality.ts';
import { generateMarket } from './generate-market.ts';
import { barRows, barTableColumns } from './get-market-data.ts';
import type { Lab } from './lab.ts';
import { type BarQuery, readBars } from './read-bars.ts';

export const loadModes = ['local', 'tail', 'backfill', 'full'] as const;

interface LoadRequest extends BarQuery {
  mode?: (typeof loadModes)[number] | undefined;
  /** Where the other modes than `local` take bars from. */
  provider?: string | undefined;
}

const previewEnds = 3;
const defaultBars = 5_000;
const mostBars = 2_000_000;
const syntheticName = /^SYN-([A-Z0-9_]+)-(\d{1,10})$/;

/**
 * What the lab has of a series in a range, judged. `full` with the provider `synthetic` first makes the series that the
 * symbol names; nothing else can be fetched in this version (`unavailable`).
 */
export function loadMarketData(lab: Pick<Lab, 'store' | 'database'>, request: LoadRequest) {
  const { mode = 'local', provider, ...query } = request;
  if (mode !== 'local') return generated(lab, request);
  if (provider === undefined) return described(lab, query);
  throw new LabError('invalid_input', 'Mode local takes bars from the store, not from a provider.', {
    path: 'provider',
    hint: 'Leave provider out, or use mode full.',
  });
}

function described({ store }: Pick<Lab, 'store'>, query: BarQuery) {
  const { bars, from, to, series, sealedFrom, warnings } = readBars(store, query);
  const asked = sliceBars(bars, from, to);
  const { grade, findings, missing_bars } = judgeSeries(asked, series);
  return {
    symbol: series.symbol,
    timeframe: series.timeframe,
    data_points: to - from,
    date_range: { start: formatInstant(bars.time[from]), end: formatInstant(bars.time[to - 1]) },
    missing_bars,
    grade,
    findings,
    sealed_from: instantOrNull(sealedFrom),
    synthetic: series.synthetic,
    source: series.source,
    preview: preview(barRows(bars, from, to)),
    warnings,
  };
}

function preview(rows: ReturnType<typeof barRows>) {
  const last = Math.max(previewEnds, rows.length - previewEnds);
  return { columns: barTableColumns, rows: [...rows.slice(0, previewEnds), ...rows.slice(last, rows.length)] };
}

function generated(lab: Pick<Lab, 'store' | 'database'>, { mode, provider, ...query }: LoadRequest) {
  const symbol = parseSymbol(query.symbol);
  const timeframe = parseTimeframe(query.timeframe);
  const named = syntheticName.exec(symbol);
  if (mode !== 'full' || provider !== 'synthetic' || named === null)
    throw unavailable(symbol, timeframe, mode, provider);
  const [, market, seed] = named;
  const span = spanOf(query, timeframe);
  const { name } = findMarket(market, 'symbol');
  const { changed, warnings } = generateMarket(lab, { market: name, symbol, timeframe, seed: Number(seed), ...span });
  const stored = described(lab, { symbol, timeframe });
  const note = changed ? [] : ['These very bars were stored before.'];
  return { ...stored, warnings: [...stored.warnings, ...warnings, ...note] };
}

/** `start_date` to `end_date`, both ends included; 5000 bars where one of them is open. */
function spanOf({ start_date, end_date }: BarQuery, timeframe: Timeframe): { start?: number; bars: number } {
  const length = timeframeMs(timeframe);
  const start = start_date === undefined ? undefined : gridStart(parseInstant(start_date, 'start_date'), timeframe);
  const end = end_date === undefined ? undefined : gridStart(parseEnd(end_date, 'end_date'), timeframe);
  if (start === undefined)
    return { bars: defaultBars, ...(end !== undefined && { start: end - (defaultBars - 1) * length }) };
  if (end === undefined) return { bars: defaultBars, start };
  const bars = (end - start) / length + 1;
  if (bars < 1)
    throw new LabError('invalid_input', `The start ${start_date} is after the end ${end_date}.`, {
      path: 'start_date',
    });
  if (bars <= mostBars) return { bars, start };
  throw new LabError('limit_exceeded', `${bars} bars of ${timeframe} are too many; at most ${mostBars}.`, {
    path: 'end_date',
    hint: 'Choose nearer dates or a coarser timeframe.',
  });
}

function unavailable(symbol: string, timeframe: Timeframe, mode = 'local', provider = 'none'): LabError {
  const made = markets.map(({ name }) => `SYN-${name.toUpperCase()}-1`).join(', ');
  return new LabError(
    'unavailable',
    `${symbol} cannot be loaded with mode ${mode} and provider ${provider.slice(0, 64)}: this version fetches nothing. It makes synthetic markets with mode full and provider synthetic.`,
    {
      path: provider === 'synthetic' && mode === 'full' ? 'symbol' : provider === 'synthetic' ? 'mode' : 'provider',
      hint: `A person can run: stratlab import <file.csv> --symbol ${symbol} --timeframe ${timeframe}. Synthetic symbols: ${made}; the number is the seed.`,
    },
  );
}
