import type { Bars } from '@stratlab/data/bars.ts';
import { formatInstant } from '@stratlab/data/instant.ts';
import type { Lab } from './lab.ts';
import { type BarQuery, readBars } from './read-bars.ts';

export const barTableColumns = ['timestamp', 'open', 'high', 'low', 'close', 'volume'];

type BarRow = [timestamp: string, open: number, high: number, low: number, close: number, volume: number];

/** Bars as rows of `barTableColumns`, oldest first; only those asked for are made. */
export interface BarRows {
  readonly length: number;
  slice(start: number, end: number): BarRow[];
}

export function getMarketData({ store }: Pick<Lab, 'store'>, query: BarQuery) {
  const { bars, from, to, series, warnings } = readBars(store, query);
  return {
    symbol: series.symbol,
    timeframe: series.timeframe,
    date_range: { start: formatInstant(bars.time[from]), end: formatInstant(bars.time[to - 1]) },
    synthetic: series.synthetic,
    rows: barRows(bars, from, to),
    warnings,
  };
}

export function barRows(bars: Bars, from: number, to: number): BarRows {
  const length = to - from;
  return {
    length,
    slice: (start, end) =>
      Array.from({ length: Math.max(0, Math.min(end, length) - start) }, (_, k) => barRow(bars, from + start + k)),
  };
}

function barRow({ time, open, high, low, close, volume }: Bars, row: number): BarRow {
  return [formatInstant(time[row]), open[row], high[row], low[row], close[row], volume[row]];
}
