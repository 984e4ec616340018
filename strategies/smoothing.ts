import { inRuns } from './in-runs.ts';
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
  const start = first + seeds - 1;
  const means = warmingUp(values.length, start);
  if (start >= values.length) return means;
  means[start] = sumOf(values, first, start + 1) / seeds;
  inRuns(start + 1, values.length, (from, to) => smooth(values, k, means, from, to));
  return means;
}

function smooth(values: Float64Array, k: number, means: Float64Array, from: number, to: number): void {
  const both = 1 - (1 - k) ** 2;
  let mean = means[from - 1];
  for (let row = from; row < to; row += 2) {
    const value = values[row];
    const gap = value - mean;
    means[row] = mean + k * gap;
    if (row + 1 === to) break;
    mean = mean + k * (values[row + 1] - value) + both * gap;
    means[row + 1] = mean;
  }
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
  const balance = warmingUp(values.length, period);
  if (period >= values.length) return balance;
  const k = 1 / period;
  let net = 0;
  let total = 0;
  for (let row = 1; row <= period; row++) {
    const change = k * (values[row] - values[row - 1]);
    net += change;
    total += Math.abs(change);
  }
  balance[period] = total > 0 ? middle + reach * (net / total) : 0;
  const means = Float64Array.of(net, total);
  const scale = { k, middle, reach };
  inRuns(period + 1, values.length, (from, to) => balanceGains(values, scale, means, balance, from, to));
  return balance;
}

interface BalanceScale {
  readonly k: number;
  readonly middle: number;
  readonly reach: number;
}

function balanceGains(
  values: Float64Array,
  { k, middle, reach }: BalanceScale,
  means: Float64Array,
  balance: Float64Array,
  from: number,
  to: number,
): void {
  const keep = 1 - k;
  const keepBoth = keep * keep;
  let net = means[0];
  let total = means[1];
  for (let row = from; row < to; row += 2) {
    const change = k * (values[row] - values[row - 1]);
    const size = Math.abs(change);
    const moved = keep * total + size;
    balance[row] = moved > 0 ? middle + reach * ((keep * net + change) / moved) : 0;
    if (row + 1 === to) break;
    const next = k * (values[row + 1] - values[row]);
    net = keepBoth * net + (keep * change + next);
    total = keepBoth * total + (keep * size + Math.abs(next));
    balance[row + 1] = total > 0 ? middle + reach * (net / total) : 0;
  }
  means[0] = net;
  means[1] = total;
}

/** A simple or an exponential moving average; either is defined from row `period - 1`. */
export function movingAverage(values: Float64Array, period: number, kind: 'sma' | 'ema'): Float64Array {
  return kind === 'sma' ? rollingMean(values, period) : exponentialMean(values, period);
}
