import { LabError } from '@stratlab/data/error.ts';

export interface Fractions {
  readonly train: number;
  readonly validation: number;
  readonly test: number;
}

/** Rows (bar indices, ascending) of each part, and how many were purged from it. */
export interface HoldoutSplit {
  readonly train: Int32Array;
  readonly validation: Int32Array;
  readonly test: Int32Array;
  readonly purged: { readonly train: number; readonly validation: number };
}

/**
 * A chronological split of the usable rows by fractions of their number: training first, then validation, then test
 * (the rest, where the fractions sum to 1). A row whose label reaches to or beyond the first row of a later part is
 * purged, so that no part has seen prices that another is judged on (Lopez de Prado 2018, section 7.4.1).
 * `ends` holds, per bar, the last bar that its label depends on; `rows` are ascending bar indices.
 * Throws `invalid_input` for fractions that are no split and `insufficient_data` where a wished part ends up empty.
 */
export function holdoutSplit(ends: Int32Array, rows: Int32Array, fractions: Fractions): HoldoutSplit {
  checkFractions(fractions);
  const { train, validation, test } = fractions;
  const trainEnd = boundary(rows.length, train);
  const validationEnd = boundary(rows.length, train + validation);
  const testEnd = boundary(rows.length, train + validation + test);
  const inTrain = rows.subarray(0, trainEnd);
  const inValidation = rows.subarray(trainEnd, validationEnd);
  const inTest = rows.subarray(validationEnd, testEnd);
  const keptTrain = endingBefore(inTrain, ends, inValidation[0] ?? inTest[0]);
  const keptValidation = endingBefore(inValidation, ends, inTest[0]);
  const split = { train: keptTrain, validation: keptValidation, test: inTest };
  requireRows(split, fractions, rows.length);
  return {
    ...split,
    purged: { train: inTrain.length - keptTrain.length, validation: inValidation.length - keptValidation.length },
  };
}

/** A fraction of the rows as a count, not thrown off by 0.7 + 0.15 being a little less than 0.85. */
function boundary(count: number, fraction: number): number {
  return Math.min(count, Math.floor(count * fraction + 1e-9));
}

function endingBefore(rows: Int32Array, ends: Int32Array, limit: number | undefined): Int32Array {
  return limit === undefined ? rows : rows.filter((row) => ends[row] < limit);
}

function checkFractions({ train, validation, test }: Fractions): void {
  if (train > 0 && validation >= 0 && test >= 0 && train + validation + test <= 1 + 1e-9) return;
  throw new LabError(
    'invalid_input',
    `train ${train}, validation ${validation}, test ${test} are no split: train must be above 0, none negative, their sum at most 1.`,
    { path: 'training.validation' },
  );
}

function requireRows(split: Record<keyof Fractions, Int32Array>, fractions: Fractions, count: number): void {
  for (const part of ['train', 'validation', 'test'] as const) {
    if (fractions[part] === 0 || split[part].length > 0) continue;
    throw new LabError('insufficient_data', `No rows are left for ${part}: ${count} usable rows before the split.`, {
      hint: 'Use more bars, shorter warm-ups, or a label that looks less far ahead.',
    });
  }
}
