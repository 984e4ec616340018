import type { ColumnNormalisation } from '../normalisation.ts';

/**
 * A normalised value in the column's own unit (a degree of membership has no other); NaN for a constant column, of
 * which every value is normalised alike.
 */
export function ownUnit(column: ColumnNormalisation, value: number): number {
  switch (column.method) {
    case 'none':
    case 'membership':
      return value;
    case 'minmax':
      return column.max > column.min ? column.min + value * (column.max - column.min) : Number.NaN;
    case 'zscore':
      return column.sd > 0 ? column.mean + value * column.sd : Number.NaN;
    case 'rank':
      return atRank(column.knots, value);
  }
}

/** Between knots linear; below and above the training values their least and greatest. */
function atRank(knots: readonly number[], rank: number): number {
  const last = knots.length - 1;
  if (last === 0) return Number.NaN;
  const place = Math.min(Math.max(rank, 0), 1) * last;
  const below = Math.min(Math.floor(place), last - 1);
  return knots[below] + (place - below) * (knots[below + 1] - knots[below]);
}
