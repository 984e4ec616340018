import type { Bars } from '@stratlab/data/bars.ts';
import { takeColumn } from './columns.ts';
import { inRuns } from './in-runs.ts';
import { rollingMean, warmingUp } from './rolling.ts';

/**
 * The larger of `high` and the close before less the smaller of `low` and that close: the mean of the three distances
 * between them times 3/2, which needs no comparison that could be mispredicted.
 */
export function span(high: number, low: number, before: number): number {
  return 0.5 * (high - low + Math.abs(high - before) + Math.abs(low - before));
}

/** High to low of each bar, the previous close included; of the first bar, which has none, high - low. */
export function trueRange({ high, low, close }: Bars): Float64Array {
  const rows = high.length;
  const ranges = takeColumn(rows);
  if (rows > 0) ranges[0] = high[0] - low[0];
  for (let row = 1; row < rows; row++) ranges[row] = span(high[row], low[row], close[row - 1]);
  return ranges;
}

/**
 * Conventions of the average true range. `wilder` (TA-Lib) smooths from the second bar on; `tradingview` smooths and
 * `sma` averages from the first, whose range is high - low.
 */
export type AverageRange = 'wilder' | 'tradingview' | 'sma';

/** Mean true range over `period` bars, in price units; defined from row `averageRangeWarmup`. */
export function averageTrueRange(bars: Bars, period: number, kind: AverageRange = 'wilder'): Float64Array {
  return kind === 'sma' ? rollingMean(trueRange(bars), period) : wilderRange(bars, period, kind === 'wilder' ? 1 : 0);
}

export function averageRangeWarmup(period: number, kind: AverageRange = 'wilder'): number {
  return kind === 'wilder' ? period : period - 1;
}

/** Wilder's mean of the true range, mean += (range - mean) / period, seeded with the first `period` from row `first` on. */
function wilderRange(bars: Bars, period: number, first: 0 | 1): Float64Array {
  const { high, low, close } = bars;
  const rows = high.length;
  const start = first + period - 1;
  const means = warmingUp(rows, start);
  if (start >= rows) return means;
  let sum = first === 0 ? high[0] - low[0] : 0;
  for (let row = 1; row <= start; row++) sum += span(high[row], low[row], close[row - 1]);
  means[start] = sum / period;
  inRuns(start + 1, rows, (from, to) => smoothRange(bars, 1 / period, means, from, to));
  return means;
}

function smoothRange({ high, low, close }: Bars, k: number, means: Float64Array, from: number, to: number): void {
  const keep = 1 - k;
  const keepBoth = keep * keep;
  let mean = means[from - 1];
  for (let row = from; row < to; row += 2) {
    const range = k * span(high[row], low[row], close[row - 1]);
    means[row] = keep * mean + range;
    if (row + 1 === to) break;
    mean = keepBoth * mean + (keep * range + k * span(high[row + 1], low[row + 1], close[row]));
    means[row + 1] = mean;
  }
}
