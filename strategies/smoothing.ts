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

/*
 * A recursion taken row by row waits at each for the row before. Here and in the average true range two rows are
 * written out in terms of the two before, which halves the wait. Pairs are counted from the seed on, never from the
 * end: the bits of a row do not depend on how many follow it.
 */

/** mean += k (x - mean), seeded with the mean of the first `seeds` values; exact where the values do not change. */
function smoothed(values: Float64Array, k: number, seeds: number, first: number): Float64Array {
  const rows = values.length;
  const start = first + seeds - 1;
  const means = warmingUp(rows, start);
  if (start >= rows) return means;
  let mean = sumOf(values, first, start + 1) / seeds;
  means[start] = mean;
  const both = 1 - (1 - k) ** 2;
  for (let row = start + 1; row < rows; row += 2) {
    const value = values[row];
    const gap = value - mean;
    means[row] = mean + k * gap;
    if (row + 1 === rows) break;
    mean = mean + k * (values[row + 1] - value) + both * gap;
    means[row + 1] = mean;
  }
  return means;
}

/** Sum of the rows `from` (inclusive) to `to` (exclusive). */
export function sumOf(values: Float64Array, from: number, to: number): number {
  let sum = 0;
  for (let row = from; row < to; row++) sum += values[row];
  return sum;
}

/**
 * middle + reach (G - L) / (G + L) over Wilder's means of the gains and losses from value to value, each seeded with
 * the mean of the first `period` changes; 0 while nothing has changed. Defined from row `period`. G - L and G + L are
 * the means of the changes and of their sizes, so no change needs to be told a gain or a loss.
 */
export function gainBalance(values: Float64Array, period: number, middle: number, reach: number): Float64Array {
  const rows = values.length;
  const balance = warmingUp(rows, period);
  if (period >= rows) return balance;
  const k = 1 / period;
  const keep = 1 - k;
  const keepBoth = keep * keep;
  let net = 0;
  let total = 0;
  for (let row = 1; row <= period; row++) {
    const change = k * (values[row] - values[row - 1]);
    net += change;
    total += Math.abs(change);
  }
  balance[period] = total > 0 ? middle + reach * (net / total) : 0;
  for (let row = period + 1; row < rows; row += 2) {
    const change = k * (values[row] - values[row - 1]);
    const size = Math.abs(change);
    const moved = keep * total + size;
    balance[row] = moved > 0 ? middle + reach * ((keep * net + change) / moved) : 0;
    if (row + 1 === rows) break;
    const next = k * (values[row + 1] - values[row]);
    net = keepBoth * net + (keep * change + next);
    total = keepBoth * total + (keep * size + Math.abs(next));
    balance[row + 1] = total > 0 ? middle + reach * (net / total) : 0;
  }
  return balance;
}

/** A simple or an exponential moving average; either is defined from row `period - 1`. */
export function movingAverage(values: Float64Array, period: number, kind: 'sma' | 'ema'): Float64Array {
  return kind === 'sma' ? rollingMean(values, period) : exponentialMean(values, period);
}
