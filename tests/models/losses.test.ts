import assert from 'node:assert/strict';
import { test } from 'node:test';
import { meanLoss, rowDelta, rowLoss } from '@stratlab/models/engines/losses.ts';
import { logisticSpec, regression } from '../specs.ts';

const probabilities = Float64Array.of(0.7, 0.2, 0.1, 0.05, 0.9, 0.05);
const spec = logisticSpec();
const delta = (of: typeof spec, answers: Float64Array, target: number) => {
  const filled = new Float64Array(of.outputs);
  rowDelta(of, answers, 0, target, 1, filled);
  return filled;
};

test('the losses by hand', () => {
  assert.equal(rowLoss(spec, probabilities, 1, 1), -Math.log(0.9));
  const focal = logisticSpec({ loss: 'focal', focalGamma: 2 });
  assert.equal(rowLoss(focal, probabilities, 0, 1), -((1 - 0.2) ** 2) * Math.log(0.2));
  const square = logisticSpec(regression);
  assert.equal(rowLoss(square, Float64Array.of(0, 3), 1, 1), 4);
  const huber = logisticSpec({ ...regression, loss: 'huber', huberDelta: 0.5 });
  assert.equal(rowLoss(huber, Float64Array.of(1.25), 0, 1), 0.03125);
  assert.equal(rowLoss(huber, Float64Array.of(-2), 0, 1), 0.5 * (3 - 0.25));
});

test('focal loss with gamma 0 is cross-entropy, slope and all', () => {
  const focal = logisticSpec({ loss: 'focal', focalGamma: 0 });
  for (const answers of [probabilities, Float64Array.of(1, 0, 0), Float64Array.of(0, 1, 0)]) {
    assert.equal(rowLoss(focal, answers, 0, 0), rowLoss(spec, answers, 0, 0));
    assert.deepEqual(delta(focal, answers, 0), delta(spec, answers, 0));
  }
});

test('losses and slopes are finite at probabilities of 0 and 1', () => {
  for (const focalGamma of [0, 0.5, 1, 2, 10]) {
    for (const loss of ['focal', 'cross_entropy'] as const) {
      const of = logisticSpec({ loss, focalGamma });
      for (const answers of [Float64Array.of(1, 0, 0), Float64Array.of(0, 1, 0)]) {
        assert.ok(Number.isFinite(rowLoss(of, answers, 0, 0)) && delta(of, answers, 0).every(Number.isFinite));
      }
    }
  }
});

test('the mean loss weighs rows, and is 0 where all weigh nothing', () => {
  const square = logisticSpec({ ...regression, inputs: 1 });
  const data = { rows: 2, features: Float64Array.of(1, 2), targets: Float64Array.of(0, 0) };
  const weights = Float64Array.of(1, 0);
  assert.equal(meanLoss(square, weights, { ...data, weights: Float64Array.of(3, 1) }), (3 * 1 + 1 * 4) / 4);
  assert.equal(meanLoss(square, weights, { ...data, weights: null }), (1 + 4) / 2);
  assert.equal(meanLoss(square, weights, { ...data, weights: new Float64Array(2) }), 0);
});
