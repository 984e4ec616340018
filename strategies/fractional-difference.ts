import { warmingUp } from './rolling.ts';

/**
 * The first `count` weights of the fractional difference of `order` d, newest value first: w[0] = 1,
 * w[k] = -w[k-1] (d - k + 1) / k (Lopez de Prado 2018, section 5.4.2).
 */
export function differenceWeights(order: number, count: number): Float64Array {
  const weights = new Float64Array(count);
  for (let k = 0; k < count; k++) weights[k] = k === 0 ? 1 : nextWeight(weights[k - 1], order, k);
  return weights;
}

/** As `differenceWeights`, up to the last one whose size is at least `threshold`; `longest` of them at most. */
export function leadingDifferenceWeights(order: number, threshold: number, longest: number): Float64Array {
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
export function fixedWidthDifference(values: Float64Array, order: number, threshold: number): Float64Array {
  const weights = leadingDifferenceWeights(order, threshold, values.length);
  const differences = warmingUp(values.length, weights.length - 1);
  for (let row = weights.length - 1; row < values.length; row++) differences[row] = weighted(values, weights, row);
  return differences;
}

/** Fractional difference over all values so far (section 5.4.1): exact, but with a drift while the window grows. */
export function expandingDifference(values: Float64Array, order: number): Float64Array {
  const weights = differenceWeights(order, values.length);
  return values.map((_, row) => weighted(values, weights.subarray(0, row + 1), row));
}

function nextWeight(previous: number, order: number, k: number): number {
  return (-previous * (order - k + 1)) / k;
}

function weighted(values: Float64Array, weights: Float64Array, row: number): number {
  let sum = 0;
  for (let k = 0; k < weights.length; k++) sum += weights[k] * values[row - k];
  return sum;
}
