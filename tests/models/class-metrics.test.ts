import assert from 'node:assert/strict';
import { test } from 'node:test';
import { classMetrics, regressionMetrics, splitMetricsSchema } from '@stratlab/models/class-metrics.ts';

test('metrics of a classifier by hand', () => {
  const probabilities = Float64Array.of(0.7, 0.2, 0.1, 0.1, 0.8, 0.1, 0.5, 0.4, 0.1, 0.2, 0.2, 0.6, 0.1, 0.6, 0.3);
  const metrics = classMetrics(probabilities, Float64Array.of(0, 1, 1, 2, 1), 3);
  assert.equal(metrics.rows, 5);
  assert.equal(metrics.accuracy, 4 / 5);
  assert.equal(metrics.balanced_accuracy, (1 + 2 / 3 + 1) / 3);
  assert.equal(metrics.majority_class_accuracy, 3 / 5);
  assert.deepEqual(metrics.class_counts, [1, 3, 1]);
  assert.deepEqual(metrics.confusion, [
    [1, 0, 0],
    [1, 2, 0],
    [0, 0, 1],
  ]);
  const loss = -(Math.log(0.7) + Math.log(0.8) + Math.log(0.4) + Math.log(0.6) + Math.log(0.6)) / 5;
  assert.ok(Math.abs((metrics.loss ?? 0) - loss) < 1e-15);
});

test('a class that never occurs does not count in the balanced accuracy', () => {
  const metrics = classMetrics(Float64Array.of(0.9, 0.05, 0.05, 0.2, 0.7, 0.1), Float64Array.of(0, 0), 3);
  assert.equal(metrics.balanced_accuracy, 0.5);
  assert.equal(metrics.majority_class_accuracy, 1);
});

test('metrics of a regression by hand', () => {
  const metrics = regressionMetrics(Float64Array.of(1, -1, 2, 1), Float64Array.of(2, -2, -1, 0), 0.5);
  assert.equal(metrics.loss, (1 + 1 + 9 + 1) / 4);
  assert.equal(metrics.baseline_loss, (1.5 ** 2 + 2.5 ** 2 + 1.5 ** 2 + 0.5 ** 2) / 4);
  assert.ok(Math.abs((metrics.r2 ?? 0) - (1 - 12 / (2.25 ** 2 + 1.75 ** 2 + 0.75 ** 2 + 0.25 ** 2))) < 1e-15);
  assert.equal(metrics.directional_accuracy, 2 / 3);
});

test('what cannot be computed is null', () => {
  const none = new Float64Array(0);
  const empty = classMetrics(none, none, 3);
  assert.deepEqual(
    [empty.loss, empty.accuracy, empty.balanced_accuracy, empty.majority_class_accuracy],
    Array(4).fill(null),
  );
  assert.deepEqual(regressionMetrics(none, none, 0), {
    rows: 0,
    loss: null,
    baseline_loss: null,
    r2: null,
    directional_accuracy: null,
  });
  const constant = regressionMetrics(Float64Array.of(1, 2), Float64Array.of(0, 0), 0);
  assert.deepEqual([constant.r2, constant.directional_accuracy], [null, null]);
  splitMetricsSchema.parse(empty);
  splitMetricsSchema.parse(constant);
});
