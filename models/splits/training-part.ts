import { endingBefore, type Fold, type Rows, requireRows } from '../split.ts';

/**
 * The fold that learns from `kept` of the `offered` rows and is tested on `test`. Its validation rows are the last
 * `share` of the kept ones, at an instant's beginning; rows before them whose label reaches them are purged as well.
 */
export function trainingFold(
  { ends, rows, time }: Rows,
  offered: number,
  kept: Int32Array,
  test: Int32Array,
  share: number,
  what: string,
): Fold {
  const cut = kept.length - lastRows(kept, time, share);
  const validation = kept.subarray(cut);
  const train = endingBefore(kept.subarray(0, cut), ends, validation[0]);
  const dropped = offered - train.length - validation.length;
  const fold = { train, validation, test, purged: { train: dropped, validation: 0 } };
  requireRows(fold, { train: 1, validation: share, test: 1 }, what, rows.length);
  return fold;
}

/** How many rows the last `share` is; an instant that it would cut through belongs to it whole. */
function lastRows(rows: Int32Array, time: Float64Array | undefined, share: number): number {
  let count = share === 0 ? 0 : Math.max(1, Math.floor(rows.length * share + 1e-9));
  if (time === undefined || count === 0) return Math.min(count, rows.length);
  while (count < rows.length && time[rows[rows.length - count]] === time[rows[rows.length - count - 1]]) count++;
  return Math.min(count, rows.length);
}
