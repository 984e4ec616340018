import { average } from './moments.ts';

/**
 * Long-run variance of a series with Bartlett weights: g0 + 2 sum_{k=1..L} (1 - k / (L + 1)) gk, where gk is the
 * autocovariance at lag k over n. Newey & West (1987), Econometrica 55(3); no small-sample factor.
 */
export function longRunVariance(values: Float64Array, lags: number): number {
  const mean = average(values);
  let total = autocovariance(values, mean, 0);
  for (let k = 1; k <= Math.min(lags, values.length - 1); k++) {
    total += 2 * (1 - k / (lags + 1)) * autocovariance(values, mean, k);
  }
  return total;
}

/** Standard error of the mean under serial correlation. */
export function neweyWestError(values: Float64Array, lags: number): number {
  return Math.sqrt(longRunVariance(values, lags) / values.length);
}

/** Rule-of-thumb lag: floor(4 (n / 100)^(2/9)). Newey & West (1994), Review of Economic Studies 61(4). */
export function automaticLag(count: number): number {
  return Math.floor(4 * (count / 100) ** (2 / 9));
}

/**
 * Factor by which serial correlation widens the standard error of a mean over the i.i.d. one; never below 1, so that
 * apparent reversal earns no confidence. NaN where the series does not vary.
 */
export function serialInflation(values: Float64Array): number {
  const iid = longRunVariance(values, 0);
  const serial = longRunVariance(values, automaticLag(values.length));
  return Math.sqrt(Math.max(1, serial / iid));
}

function autocovariance(values: Float64Array, mean: number, lag: number): number {
  let total = 0;
  for (let i = lag; i < values.length; i++) total += (values[i] - mean) * (values[i - lag] - mean);
  return total / values.length;
}
