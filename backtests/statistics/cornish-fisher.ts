import { normalQuantile } from './normal.ts';

/** Quantile, in standard deviations from the mean, of a distribution near the normal one. Cornish & Fisher (1938). */
export function cornishFisherQuantile(share: number, skew: number, excessKurtosis: number): number {
  const z = normalQuantile(share);
  return (
    z + ((z ** 2 - 1) * skew) / 6 + ((z ** 3 - 3 * z) * excessKurtosis) / 24 - ((2 * z ** 3 - 5 * z) * skew ** 2) / 36
  );
}
