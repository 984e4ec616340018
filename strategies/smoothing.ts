import { rollingMean, warmingUp } from './rolling.ts';

/** How an exponential mean begins: with the mean of its first `period` values, or with the first value alone. */
export type Seed = 'sma' | 'first';

/**
 * Exponential mean, k = 2 / (period + 1), of values defined from row `first` on. Seeded with a mean it is defined
 * from row `first + period - 1` (TA-Lib), seeded with the first value from row `first` (pandas, `adjust=False`).
 */
export function exponentialMean(values: Float64Array, period: number, first = 0, seed: Seed = 'sma'): Float64Array {
  return smoothed(values, 2 / (period + 1), seed === 'sma' ? period : 1, first);
}

/** Wilder's mean, k = 1 / period, of values defined from row `first` on, seeded with the mean of the first `period`. */
export function wilderMean(values: Float64Array, period: number, first = 0): Float64Array {
  return smoothed(values, 1 / period, period, first);
}

function smoothed(values: Float64Array, k: number, seeds: number, first: number): Float64Array {
  const rows = values.length;
  const start = first + seeds - 1;
  const means = warmingUp(rows, start);
  if (start >= rows) return means;
  let mean = 0;
  for (let row = first; row <= start; row++) mean += values[row];
  mean /= seeds;
  means[start] = mean;
  for (let row = start + 1; row < rows; row++) {
    mean += k * (values[row] - mean);
    means[row] = mean;
  }
  return means;
}

/**
 * 100 (G - lossWeight L) / (G + L) over Wilder's means of the gains and losses from value to value, each seeded with
 * the mean of the first `period` changes; 0 while nothing has changed. Defined from row `period`.
 */
export function gainBalance(values: Float64Array, period: number, lossWeight: 0 | 1): Float64Array {
  const rows = values.length;
  const balance = warmingUp(rows, period);
  const k = 1 / period;
  let gain = 0;
  let loss = 0;
  for (let row = 1; row < rows; row++) {
    const change = values[row] - values[row - 1];
    const up = 0.5 * (Math.abs(change) + change); // max(change, 0), without a branch that is mispredicted half the time
    const down = up - change;
    if (row <= period) {
      gain += up * k;
      loss += down * k;
    } else {
      gain += (up - gain) * k;
      loss += (down - loss) * k;
    }
    const total = gain + loss;
    if (row >= period) balance[row] = total > 0 ? 100 * ((gain - lossWeight * loss) / total) : 0;
  }
  return balance;
}

/** A simple or an exponential moving average; either is defined from row `period - 1`. */
export function movingAverage(values: Float64Array, period: number, kind: 'sma' | 'ema'): Float64Array {
  return kind === 'sma' ? rollingMean(values, period) : exponentialMean(values, period);
}
