export interface Moments {
  count: number;
  mean: number;
  /** Sample standard deviation (n - 1); exactly 0 for a series that varies by no more than rounding. */
  deviation: number;
  /** m3 / m2^1.5, biased; NaN where the deviation is 0. */
  skew: number;
  /** m4 / m2^2, biased, 3 for a normal distribution; NaN where the deviation is 0. */
  kurtosis: number;
}

/** Two passes over the values. The mean is NaN for none, the deviation for fewer than two. */
export function moments(values: Float64Array): Moments {
  const count = values.length;
  const mean = count === 0 ? Number.NaN : average(values);
  let [second, third, fourth] = [0, 0, 0];
  for (let i = 0; i < count; i++) {
    const distance = values[i] - mean;
    const square = distance * distance;
    second += square;
    third += square * distance;
    fourth += square * square;
  }
  const deviation = count < 2 ? Number.NaN : Math.sqrt(second / (count - 1));
  if (!(deviation > roundingResidue(values))) {
    return { count, mean, deviation: deviation * 0, skew: Number.NaN, kurtosis: Number.NaN };
  }
  const variance = second / count;
  return { count, mean, deviation, skew: third / count / variance ** 1.5, kurtosis: fourth / count / variance ** 2 };
}

/** Mean of at least one value, corrected once for the rounding of its sum. */
export function average(values: Float64Array): number {
  const first = sum(values) / values.length;
  let residue = 0;
  for (let i = 0; i < values.length; i++) residue += values[i] - first;
  return first + residue / values.length;
}

export function sum(values: Float64Array): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i];
  return total;
}

/**
 * The spread that rounding alone gives a constant series: 1e-10 of its largest value, and 1e-14 in any case, the noise
 * of a return computed from two equities.
 */
function roundingResidue(values: Float64Array): number {
  let largest = 0;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i]));
  return Math.max(1e-10 * largest, 1e-14);
}
