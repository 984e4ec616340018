import assert from 'node:assert/strict';
import { test } from 'node:test';
import { normal, seededRandom } from '@stratlab/data/random.ts';
import { referenceEngine } from '@stratlab/models/engines/reference.ts';
import { type Learnable, type Parts, usableRows } from '@stratlab/models/fit.ts';
import { fitEnsemble } from '@stratlab/models/fit-ensemble.ts';
import { confidenceOf, predict, signalOf } from '@stratlab/models/predict.ts';
import type { ModelSpec } from '@stratlab/models/spec.ts';
import { mlpSpec, regression } from '../specs.ts';

const spec = mlpSpec({
  inputs: 2,
  hiddenLayers: [10],
  learningRate: 0.02,
  gradientClip: 1,
  batchSize: 32,
  epochs: 40,
  earlyStopping: { patience: 10, minDelta: 0 },
  seed: 1,
});
const numbers: ModelSpec = { ...spec, ...regression };
const parts: Parts = { train: range(0, 400), validation: range(400, 500), test: range(500, 600) };

test('a model of badly scaled features reaches the planted rule on rows it never saw', async () => {
  const { metrics } = await fit(spec, classes());
  assert.ok(metrics.test && 'accuracy' in metrics.test);
  assert.ok((metrics.test.accuracy ?? 0) > 0.93 && (metrics.test.majority_class_accuracy ?? 1) < 0.5);
});

test('nothing that is fitted depends on the rows after training and validation', async () => {
  const learnable = classes();
  const disturbed = { ...learnable, features: learnable.features.slice(), targets: learnable.targets.slice() };
  disturbed.features.fill(1e6, 1000);
  disturbed.targets.fill(1, 500);
  const [honest, other] = [await fit(spec, learnable), await fit(spec, disturbed)];
  assert.deepEqual(other.weights, honest.weights);
  assert.deepEqual(other.normalisation, honest.normalisation);
  assert.deepEqual(other.metrics.validation, honest.metrics.validation);
});

test('a regression of tiny returns is learnt in units of their sd and predicted in their own', async () => {
  const learnable = returns();
  const model = await fit(numbers, learnable);
  assert.ok(model.metrics.test && 'r2' in model.metrics.test);
  assert.ok((model.metrics.test.r2 ?? 0) > 0.95 && (model.metrics.test.directional_accuracy ?? 0) > 0.9);
  const signal = signalOf(model, predict(model, learnable.features));
  assert.ok(signal.every((size) => size >= -1 && size <= 1) && signal.includes(1) && signal.includes(-1));
  assert.deepEqual(confidenceOf(model, predict(model, learnable.features)), signal.map(Math.abs));
});

test('the signal of a classifier is P(long) - P(short), its confidence the largest probability', async () => {
  const model = await fit(spec, classes());
  const probabilities = Float64Array.of(0.6, 0.3, 0.1, 0.2, 0.25, 0.55);
  assert.deepEqual([...signalOf(model, probabilities)], [0.6 - 0.1, 0.2 - 0.55]);
  assert.deepEqual([...confidenceOf(model, probabilities)], [0.6, 0.55]);
});

test('a row with an unknown feature has an unknown prediction, signal and confidence, and only that row', async () => {
  for (const [kind, learnable] of [
    [spec, classes()],
    [numbers, returns()],
  ] as const) {
    const model = await fit(kind, learnable);
    const predictions = predict(model, Float64Array.of(1, 1000, Number.NaN, 1000, 0, 0));
    for (const values of [signalOf(model, predictions), confidenceOf(model, predictions)]) {
      assert.deepEqual([...values].map(Number.isNaN), [false, true, false]);
    }
  }
});

test('usable rows are those whose features and target are all known', () => {
  const features = Float64Array.of(1, 2, Number.NaN, 1, 3, 4, 5, 6);
  assert.deepEqual([...usableRows(features, Float64Array.of(0, 1, Number.NaN, 2))], [0, 3]);
  assert.deepEqual([...usableRows(new Float64Array(0), new Float64Array(0))], []);
});

test('parts without rows have no metrics', async () => {
  const { metrics } = await fit({ ...spec, epochs: 2 }, classes(), {
    ...parts,
    validation: range(0, 0),
    test: range(0, 0),
  });
  assert.equal(metrics.validation, null);
  assert.equal(metrics.test, null);
});

async function fit(kind: ModelSpec, learnable: Learnable, rows = parts) {
  const hooks = { onEpoch() {}, resumeFrom: () => undefined };
  const lesson = { fold: 0, seed: kind.seed, parts: { ...rows, weights: null } };
  const [member] = await fitEnsemble(kind, learnable, [lesson], false, referenceEngine, hooks);
  return member;
}

function range(from: number, to: number): Int32Array {
  return Int32Array.from({ length: to - from }, (_, i) => from + i);
}

/** One feature around 0, one around 1000; class by the sign of their standardised sum, flat in the middle. */
function classes(): Learnable {
  const { features, sums } = drawn();
  return {
    features,
    normalisation: ['none', 'zscore'],
    targets: sums.map((sum) => (sum > 0.5 ? 0 : sum < -0.5 ? 2 : 1)),
    weights: null,
  };
}

function returns(): Learnable {
  const { features, sums } = drawn();
  return { features, normalisation: ['none', 'zscore'], targets: sums.map((sum) => 0.002 * sum), weights: null };
}

function drawn() {
  const random = seededRandom(42);
  const features = new Float64Array(1200);
  const sums = new Float64Array(600);
  for (let row = 0; row < 600; row++) {
    const [a, b] = [normal(random), normal(random)];
    features[2 * row] = a;
    features[2 * row + 1] = 1000 + 20 * b;
    sums[row] = a + b;
  }
  return { features, sums };
}
