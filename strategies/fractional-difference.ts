import { warmingUp } from './rolling.ts';

/** Weights beyond which a window is not widened, however small its threshold: the longest window of any indicator. */
const mostWeights = 10_000;

/**
 * The leading weights of the fractional difference of `order` d, newest value first: w[0] = 1,
 * w[k] = -w[k-1] (d - k + 1) / k (Lopez de Prado 2018, section 5.4.2), up to the last one whose size is at least
 * `threshold`; `longest` of them at most.
 */
export function differenceWeights(order: number, threshold: number, longest = mostWeights): Float64Array {
  const weights: number[] = [];
  for (let k = 0, weight = 1; k < longest && Math.abs(weight) >= threshold; weight = nextWeight(weight, order, k)) {
    weights.push(weight);
    k++;
  }
  return Float64Array.from(weights);
}

/**
 * Fractional difference over a window of fixed width, the weights that are at least `threshold` in size: stationary
 * where the order is high enough, and less forgetful than a whole difference (section 5.5). NaN until the window is full.
 */
export function fractionalDifference(values: Float64Array, order: number, threshold: number): Float64Array {
  const weights = differenceWeights(order, threshold);
  const differences = warmingUp(values.length, weights.length - 1);
  for (let row = weights.length - 1; row < values.length; row++) differences[row] = weighted(values, weights, row);
  return differences;
}

function nextWeight(previous: number, order: number, k: number): number {
  return (-previous * (order - k + 1)) / k;
}

function weighted(values: Float64Array, weights: Float64Array, row: number): number {
  let sum = 0;
  for (let k = 0; k < weights.length; k++) sum += weights[k] * values[row - k];
  return sum;
}
