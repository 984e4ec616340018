import type { PartitionPlace } from '@stratlab/strategies/auto-partition.ts';
import { z } from 'zod';
import { degreeOf, fitMembership, membershipSchema, valueAt } from './quantile-partition.ts';

export const normalisationMethods = ['none', 'minmax', 'zscore', 'rank'] as const;
/** A method by name, or the degree of membership in a set that is to be fitted. */
export type NormalisationMethod = (typeof normalisationMethods)[number] | PartitionPlace;

const columnSchema = z.discriminatedUnion('method', [
  z.strictObject({ method: z.literal('none') }),
  z.strictObject({ method: z.literal('minmax'), min: z.number(), max: z.number() }),
  z.strictObject({ method: z.literal('zscore'), mean: z.number(), sd: z.number().min(0) }),
  z.strictObject({ method: z.literal('rank'), knots: z.array(z.number()).min(1).max(257) }),
  membershipSchema,
]);

/** What was learnt about one column from the training rows; plain JSON. */
export type ColumnNormalisation = z.infer<typeof columnSchema>;

/** One entry per feature, in their order. */
export const normalisationSchema = z.array(columnSchema);

const knotCount = 257;

/**
 * Fits each column on the given rows alone:
 * - `minmax` (x - min) / (max - min): [0, 1] on the training rows, unclipped beyond; a constant column gives 0.
 * - `zscore` (x - mean) / sd with the population sd; a constant column gives 0.
 * - `rank` the share of training values below x, ties in the middle, in [0, 1]; between at most 257 quantiles linear.
 * - a place in a partition: the degree of membership in that set, as `fitMembership` says.
 *
 * `features` is row-major with one column per method; `rows` are row numbers and at least one.
 */
export function fitNormalisation(
  methods: readonly NormalisationMethod[],
  features: Float64Array,
  rows: Int32Array,
): ColumnNormalisation[] {
  return methods.map((method, column) => {
    if (method === 'none') return { method };
    const values = Float64Array.from(rows, (row) => features[row * methods.length + column]);
    return fitColumn(method, values);
  });
}

/** The features, normalised, as a new row-major matrix. NaN stays NaN. */
export function applyNormalisation(columns: readonly ColumnNormalisation[], features: Float64Array): Float64Array {
  const normalised = features.slice();
  columns.forEach((column, k) => {
    if (column.method === 'none') return;
    for (let i = k; i < normalised.length; i += columns.length) normalised[i] = normalise(column, normalised[i]);
  });
  return normalised;
}

/** The features with the degrees of fitted sets in their columns, as an explanation reads them; the others as they are. */
export function applyMemberships(columns: readonly ColumnNormalisation[], features: Float64Array): Float64Array {
  const others = columns.map((column) => (column.method === 'membership' ? column : { method: 'none' as const }));
  return applyNormalisation(others, features);
}

function fitColumn(method: Exclude<NormalisationMethod, 'none'>, values: Float64Array): ColumnNormalisation {
  if (typeof method === 'object') return fitMembership(values, method.set, method.of);
  switch (method) {
    case 'minmax': {
      const sorted = values.toSorted();
      return { method, min: sorted[0], max: sorted[sorted.length - 1] };
    }
    case 'zscore':
      return { method, ...moments(values) };
    case 'rank':
      return { method, knots: quantiles(values.toSorted()) };
  }
}

/** Mean and population standard deviation; the latter exactly 0 for a constant. */
export function moments(values: Float64Array): { mean: number; sd: number } {
  let mean = 0;
  values.forEach((value, i) => {
    mean += (value - mean) / (i + 1);
  });
  let square = 0;
  for (const value of values) square += (value - mean) ** 2;
  return { mean, sd: Math.sqrt(square / values.length) };
}

/** All sorted values, or 257 of them at even ranks (linear between neighbours). */
function quantiles(sorted: Float64Array): number[] {
  const count = Math.min(sorted.length, knotCount);
  return Array.from({ length: count }, (_, k) =>
    valueAt(sorted, count === 1 ? 0 : (k * (sorted.length - 1)) / (count - 1)),
  );
}

function normalise(column: Exclude<ColumnNormalisation, { method: 'none' }>, x: number): number {
  switch (column.method) {
    case 'minmax':
      return scaled(x - column.min, column.max - column.min);
    case 'zscore':
      return scaled(x - column.mean, column.sd);
    case 'rank':
      return rankOf(x, column.knots);
    case 'membership':
      return degreeOf(column, x);
  }
}

function scaled(distance: number, width: number): number {
  return width > 0 ? distance / width : distance * 0;
}

function rankOf(x: number, knots: readonly number[]): number {
  if (Number.isNaN(x)) return x;
  const last = knots.length - 1;
  const below = countWhere(knots, (knot) => knot < x);
  const notAbove = countWhere(knots, (knot) => knot <= x);
  if (last === 0) return below === notAbove ? (below === 0 ? 0 : 1) : 0.5;
  if (notAbove > below) return (below + notAbove - 1) / 2 / last;
  if (below === 0) return 0;
  if (below > last) return 1;
  return (below - 1 + (x - knots[below - 1]) / (knots[below] - knots[below - 1])) / last;
}

/** How many of the sorted knots, from the first on, pass the test. */
function countWhere(knots: readonly number[], passes: (knot: number) => boolean): number {
  let low = 0;
  let high = knots.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (passes(knots[middle])) low = middle + 1;
    else high = middle;
  }
  return low;
}
