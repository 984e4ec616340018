import { LabError } from '@stratlab/data/error.ts';

/**
 * One division of a sample into what is learnt from, what early stopping watches and what is judged: row numbers,
 * ascending, no row in two parts. Between the parts no label overlaps another: the span of a row, from itself to
 * `ends[row]`, meets no span of a later-used part (Lopez de Prado, Advances in Financial Machine Learning, 2018, 7.4.1).
 */
export interface Fold {
  readonly train: Int32Array;
  readonly validation: Int32Array;
  readonly test: Int32Array;
  /** Rows that were left out of a part because of an overlap or the embargo. */
  readonly purged: { readonly train: number; readonly validation: number };
}

/** What a split goes by. Row numbers are places in `ends` and `time`. */
export interface Rows {
  /** Per row, the last row that its label depends on (>= the row). */
  readonly ends: Int32Array;
  /** The rows that may be used, ascending. */
  readonly rows: Int32Array;
  /** Per row, its instant, ascending: rows of one instant (several symbols) stay in one part. Absent: all differ. */
  readonly time?: Float64Array | undefined;
}

export interface Fractions {
  readonly train: number;
  readonly validation: number;
  readonly test: number;
}

/**
 * A chronological split of the usable rows by fractions of their number: training first, then validation, then test
 * (the rest, where the fractions sum to 1). A row whose label reaches to or beyond the first row of a later part is
 * purged. Throws `invalid_input` for fractions that are no split and `insufficient_data` where a wished part is empty.
 */
export function holdoutSplit(
  ends: Int32Array,
  rows: Int32Array,
  fractions: Fractions,
  time?: Float64Array | undefined,
): Fold {
  checkFractions(fractions);
  const { train, validation, test } = fractions;
  const sample = { ends, rows, time };
  const trainEnd = boundary(sample, train);
  const validationEnd = boundary(sample, train + validation);
  const inTrain = rows.subarray(0, trainEnd);
  const inValidation = rows.subarray(trainEnd, validationEnd);
  const inTest = rows.subarray(validationEnd, boundary(sample, train + validation + test));
  const keptTrain = endingBefore(inTrain, ends, inValidation[0] ?? inTest[0]);
  const keptValidation = endingBefore(inValidation, ends, inTest[0]);
  const fold = {
    train: keptTrain,
    validation: keptValidation,
    test: inTest,
    purged: { train: inTrain.length - keptTrain.length, validation: inValidation.length - keptValidation.length },
  };
  requireRows(fold, fractions, 'holdout', rows.length);
  return fold;
}

/** The number of rows before a cut at this fraction of them, moved back to where an instant begins. */
export function boundary({ rows, time }: Rows, fraction: number): number {
  // 0.7 + 0.15 is a little less than 0.85.
  let cut = Math.min(rows.length, Math.floor(rows.length * fraction + 1e-9));
  if (time === undefined || cut === rows.length) return cut;
  while (cut > 0 && time[rows[cut]] === time[rows[cut - 1]]) cut--;
  return cut;
}

/** The rows whose label is over before row `limit`. */
export function endingBefore(rows: Int32Array, ends: Int32Array, limit: number | undefined): Int32Array {
  return limit === undefined ? rows : rows.filter((row) => ends[row] < limit);
}

/** Throws `insufficient_data` where a part with a share above 0 has no rows; `what` names the split. */
export function requireRows(fold: Fold, wished: Fractions, what: string, usable: number): void {
  for (const part of ['train', 'validation', 'test'] as const) {
    if (wished[part] === 0 || fold[part].length > 0) continue;
    const purged = fold.purged.train + fold.purged.validation;
    throw new LabError(
      'insufficient_data',
      `No rows are left for ${part}: ${usable} usable rows before the split (${what}), ${purged} of them purged.`,
      { hint: 'Use more bars, shorter warm-ups, fewer parts, or a label that looks less far ahead.' },
    );
  }
}

function checkFractions({ train, validation, test }: Fractions): void {
  if (train > 0 && validation >= 0 && test >= 0 && train + validation + test <= 1 + 1e-9) return;
  throw new LabError(
    'invalid_input',
    `train ${train}, validation ${validation}, test ${test} are no split: train must be above 0, none negative, their sum at most 1.`,
    { path: 'training.validation' },
  );
}
