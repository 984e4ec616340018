import type { Bars } from '@stratlab/data/bars.ts';
import { rollingMean } from './rolling.ts';
import { wilderMean } from './smoothing.ts';

/** High to low of each bar, the previous close included; of the first bar, which has none, high - low. */
export function trueRange({ high, low, close }: Bars): Float64Array {
  const rows = high.length;
  const ranges = new Float64Array(rows);
  if (rows > 0) ranges[0] = high[0] - low[0];
  for (let row = 1; row < rows; row++) {
    const before = close[row - 1];
    ranges[row] = Math.max(high[row], before) - Math.min(low[row], before);
  }
  return ranges;
}

/**
 * Conventions of the average true range. `wilder` (TA-Lib) smooths from the second bar on; `tradingview` smooths and
 * `sma` averages from the first, whose range is high - low.
 */
export type AverageRange = 'wilder' | 'tradingview' | 'sma';

/** Mean true range over `period` bars, in price units; defined from row `averageRangeWarmup`. */
export function averageTrueRange(bars: Bars, period: number, kind: AverageRange = 'wilder'): Float64Array {
  const ranges = trueRange(bars);
  return kind === 'sma' ? rollingMean(ranges, period) : wilderMean(ranges, period, kind === 'wilder' ? 1 : 0);
}

export function averageRangeWarmup(period: number, kind: AverageRange = 'wilder'): number {
  return kind === 'wilder' ? period : period - 1;
}
