import { z } from 'zod';

const figure = z.number().nullable();

const classMetricsSchema = z.strictObject({
  rows: z.int().min(0),
  loss: figure,
  accuracy: figure,
  balanced_accuracy: figure,
  majority_class_accuracy: figure,
  class_counts: z.array(z.int().min(0)),
  confusion: z.array(z.array(z.int().min(0))),
});

const regressionMetricsSchema = z.strictObject({
  rows: z.int().min(0),
  loss: figure,
  baseline_loss: figure,
  r2: figure,
  directional_accuracy: figure,
});

/**
 * How a classifier did on one split; `null` where it has no rows. `loss` is the mean cross-entropy, `accuracy` the
 * share of rows whose likeliest class is right, `balanced_accuracy` the mean recall of the classes present,
 * `majority_class_accuracy` that of always naming the split's most frequent class (no constant guess does better).
 * `confusion[truth][predicted]` and `class_counts[truth]` count rows.
 */
export type ClassMetrics = z.infer<typeof classMetricsSchema>;

/**
 * How a regression did on one split. `loss` is the mean squared error, `baseline_loss` that of always naming the mean
 * of the training targets, `r2` is 1 - loss / variance of the split's targets (`null` where they are constant),
 * `directional_accuracy` the share of rows with a target other than 0 whose sign is right.
 */
export type RegressionMetrics = z.infer<typeof regressionMetricsSchema>;

export type SplitMetrics = ClassMetrics | RegressionMetrics;
export const splitMetricsSchema = z.union([classMetricsSchema, regressionMetricsSchema]);

/** `probabilities` is rows x classes; `targets` holds the true class index of each row. */
export function classMetrics(probabilities: Float64Array, targets: Float64Array, classes: number): ClassMetrics {
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  let loss = 0;
  targets.forEach((truth, row) => {
    confusion[truth][likeliest(probabilities, row, classes)]++;
    loss -= Math.log(Math.max(probabilities[row * classes + truth], Number.MIN_VALUE));
  });
  const counts = confusion.map((predictions) => predictions.reduce((sum, count) => sum + count, 0));
  const correct = confusion.reduce((sum, predictions, k) => sum + predictions[k], 0);
  const recalls = counts.flatMap((count, k) => (count > 0 ? [confusion[k][k] / count] : []));
  const rows = targets.length;
  return {
    rows,
    loss: share(loss, rows),
    accuracy: share(correct, rows),
    balanced_accuracy: share(
      recalls.reduce((sum, recall) => sum + recall, 0),
      recalls.length,
    ),
    majority_class_accuracy: share(Math.max(...counts), rows),
    class_counts: counts,
    confusion,
  };
}

/** `trainMean` is the mean of the training targets. */
export function regressionMetrics(
  predictions: Float64Array,
  targets: Float64Array,
  trainMean: number,
): RegressionMetrics {
  const rows = targets.length;
  const mean = targets.reduce((sum, target) => sum + target, 0) / rows;
  const squares = { error: 0, baseline: 0, spread: 0 };
  const direction = { judged: 0, right: 0 };
  targets.forEach((target, row) => {
    squares.error += (predictions[row] - target) ** 2;
    squares.baseline += (trainMean - target) ** 2;
    squares.spread += (target - mean) ** 2;
    if (target === 0) return;
    direction.judged++;
    if (Math.sign(predictions[row]) === Math.sign(target)) direction.right++;
  });
  return {
    rows,
    loss: share(squares.error, rows),
    baseline_loss: share(squares.baseline, rows),
    r2: squares.spread > 0 ? 1 - squares.error / squares.spread : null,
    directional_accuracy: share(direction.right, direction.judged),
  };
}

/** Index of the largest value in a row of a row-major matrix; the first of equals. */
export function likeliest(probabilities: Float64Array, row: number, classes: number): number {
  let best = 0;
  for (let k = 1; k < classes; k++) {
    if (probabilities[row * classes + k] > probabilities[row * classes + best]) best = k;
  }
  return best;
}

function share(sum: number, count: number): number | null {
  return count > 0 ? sum / count : null;
}
