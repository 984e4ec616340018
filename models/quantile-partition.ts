import { z } from 'zod';

/**
 * A triangular set: 1 at `peak`, linearly down to 0 at `left` and `right`, the peaks of its neighbours. Null: it has no
 * neighbour there and stays at 1.
 */
export const membershipSchema = z
  .strictObject({
    method: z.literal('membership'),
    left: z.number().nullable(),
    peak: z.number(),
    right: z.number().nullable(),
  })
  .refine(({ left, peak, right }) => (left === null || left < peak) && (right === null || peak < right), {
    error: 'left < peak < right',
  });

export type FittedMembership = z.infer<typeof membershipSchema>;

/**
 * Set `set` (from 0) of a partition into `of` sets whose memberships sum to 1 everywhere, with its peaks at the quantiles
 * (k + 0.5) / of of the values. Where these are tied, at the same quantiles of the distinct values; where these are
 * too few or too close, at steps of max(1, |median|) around the median: a constant column is in the middle of the sets.
 */
export function fitMembership(values: Float64Array, set: number, of: number): FittedMembership {
  const sorted = values.toSorted();
  const distinct = sorted.filter((value, k) => k === 0 || value !== sorted[k - 1]);
  const peaks = [peaksOf(sorted, of), peaksOf(distinct, of)].find(isAscending) ?? evenPeaks(sorted, of);
  return { method: 'membership', left: peaks[set - 1] ?? null, peak: peaks[set], right: peaks[set + 1] ?? null };
}

/** In [0, 1]; NaN for NaN. */
export function degreeOf({ left, peak, right }: FittedMembership, x: number): number {
  if (Number.isNaN(x)) return x;
  if (x <= peak) return left === null ? 1 : Math.max(0, (x - left) / (peak - left));
  return right === null ? 1 : Math.max(0, (right - x) / (right - peak));
}

/** The value at a place from 0 to the last one's, linear between neighbours. */
export function valueAt(sorted: Float64Array, place: number): number {
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}

function peaksOf(sorted: Float64Array, of: number): number[] {
  return Array.from({ length: of }, (_, k) => valueAt(sorted, ((k + 0.5) / of) * (sorted.length - 1)));
}

function isAscending(values: readonly number[]): boolean {
  return values.every((value, k) => k === 0 || value > values[k - 1]);
}

function evenPeaks(sorted: Float64Array, of: number): number[] {
  const median = valueAt(sorted, (sorted.length - 1) / 2);
  const step = Math.max(1, Math.abs(median));
  return Array.from({ length: of }, (_, k) => median + (k - (of - 1) / 2) * step);
}
