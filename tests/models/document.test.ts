import assert from 'node:assert/strict';
import { test } from 'node:test';
import { modelBlockSchema, modelSpec, trainingBlockSchema } from '@stratlab/models/document.ts';

test('the least model and training blocks are filled with every default', () => {
  const model = modelBlockSchema.parse({ type: 'MLP' });
  const training = trainingBlockSchema.parse({});
  assert.deepEqual(model, {
    type: 'mlp',
    architecture: { hidden_layers: [20, 10], activation: 'relu', dropout: 0 },
    features: { lookback_periods: 0 },
  });
  assert.deepEqual(training.labels, { source: 'next_direction' });
  assert.deepEqual(training.validation, { method: 'holdout', train: 0.7, validation: 0.15, test: 0.15 });
  assert.equal(training.loss, 'cross_entropy');
  assert.deepEqual(modelSpec(model, training, 6, 3), {
    type: 'mlp',
    inputs: 6,
    outputs: 3,
    hiddenLayers: [20, 10],
    activation: 'relu',
    dropout: 0,
    task: 'classification',
    loss: 'cross_entropy',
    optimizer: 'adam',
    learningRate: 0.001,
    weightDecay: 0,
    gradientClip: 1,
    batchSize: 32,
    epochs: 100,
    earlyStopping: { patience: 15, minDelta: 0.0001 },
    plateau: null,
    seed: 7,
  });
});

test('the loss follows from the labels, and one that does not fit them is refused', () => {
  const numbers = { source: 'forward_return', horizon: 5 };
  assert.equal(trainingBlockSchema.parse({ labels: numbers }).loss, 'mse');
  assert.equal(trainingBlockSchema.parse({ labels: { ...numbers, threshold: 0.01 } }).loss, 'cross_entropy');
  const refused = trainingBlockSchema.safeParse({ labels: numbers, loss: 'cross_entropy' });
  assert.deepEqual(
    refused.error?.issues.map(({ path }) => path),
    [['loss']],
  );
});

test('labels are filled with the defaults of their method, and a fault is told at its place', () => {
  const { labels } = trainingBlockSchema.parse({ labels: { source: 'Triple_Barrier', max_holding_bars: 5 } });
  assert.deepEqual(labels, {
    source: 'triple_barrier',
    profit_target_atr: 2,
    stop_loss_atr: 1.5,
    max_holding_bars: 5,
    atr_period: 14,
  });
  const paths = (given: unknown) =>
    trainingBlockSchema.safeParse({ labels: given }).error?.issues.map(({ path }) => path.join('.'));
  assert.deepEqual(paths({ source: 'regime' }), ['labels.source']);
  assert.deepEqual(paths({}), ['labels.source']);
  assert.deepEqual(paths({ source: 'zigzag', zigzag_threshold: 2 }), ['labels.zigzag_threshold']);
  assert.deepEqual(paths(7), ['labels']);
});

test('data_split is another word for holdout, whose parts fit into the whole', () => {
  const parts = (validation: unknown) => trainingBlockSchema.safeParse({ validation });
  assert.equal(parts({ method: 'data_split' }).data?.validation.method, 'holdout');
  assert.ok(parts({ train: 0.6, validation: 0, test: 0.4 }).success);
  for (const wrong of [{ train: 0.9 }, { train: 0 }, { test: 0 }, { method: 'cpcv', groups: 4 }]) {
    assert.ok(!parts(wrong).success, JSON.stringify(wrong));
  }
});

test('a network that is not built is refused by name', () => {
  const { error } = modelBlockSchema.safeParse({ type: 'lstm' });
  assert.match(error?.issues[0].message ?? '', /"lstm" is not a network of this version. Built: mlp/);
});

test('a single output is a regression', () => {
  const training = trainingBlockSchema.parse({
    labels: { source: 'forward_return' },
    early_stopping: null,
    lr_scheduler: {},
  });
  const spec = modelSpec(modelBlockSchema.parse({ type: 'mlp' }), training, 2, 1);
  assert.equal(spec.task, 'regression');
  assert.equal(spec.loss, 'mse');
  assert.equal(spec.earlyStopping, null);
  assert.deepEqual(spec.plateau, { patience: 5, factor: 0.5 });
});
