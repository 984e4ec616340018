import assert from 'node:assert/strict';
import { test } from 'node:test';
import { completeTraining, modelSpec, trainingBlockSchema } from '@stratlab/models/document.ts';
import { type ModelBlock, modelBlockSchema } from '@stratlab/models/model-block.ts';
import { modelSpecSchema } from '@stratlab/models/spec.ts';
import { z } from 'zod';

/** The two blocks as a strategy document joins them. */
const blocks = z
  .strictObject({ model: modelBlockSchema, training: trainingBlockSchema })
  .transform((document, context) => ({ ...document, training: completeTraining(document, context) }));

function read(model: unknown, training: unknown = {}) {
  const { training: complete, ...rest } = blocks.parse({ model, training });
  assert.ok(complete);
  return { ...rest, training: complete };
}

/** Where the faults are, unknown keys included. */
function faults(model: unknown, training: unknown = {}): string[] {
  const issues = blocks.safeParse({ model, training }).error?.issues ?? [];
  return issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => [...issue.path, key].join('.'))
      : [issue.path.join('.')],
  );
}

test('the least model and training blocks are filled with every default', () => {
  const { model, training } = read({ type: 'MLP' });
  assert.deepEqual(model, {
    type: 'mlp',
    architecture: { hidden_layers: [20, 10], activation: 'relu', dropout: 0 },
    features: { lookback_periods: 0 },
  });
  assert.deepEqual(training.labels, { source: 'next_direction' });
  assert.deepEqual(training.validation, { method: 'holdout', train: 0.7, validation: 0.15, test: 0.15 });
  assert.deepEqual(modelSpec(model, training, 6, 3), {
    type: 'mlp',
    inputs: 6,
    outputs: 3,
    hiddenLayers: [20, 10],
    activation: 'relu',
    dropout: 0,
    task: 'classification',
    loss: 'cross_entropy',
    focalGamma: 2,
    huberDelta: 1,
    optimizer: 'adam',
    learningRate: 0.001,
    weightDecay: 0,
    l1: 0,
    l2: 0,
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
  const lossOf = (model: string, training: unknown) => {
    const block = read({ type: model }, training).training;
    return 'loss' in block ? block.loss : null;
  };
  for (const type of ['mlp', 'logistic', 'lstm', 'gru', 'gradient_boosting']) {
    assert.equal(lossOf(type, { labels: numbers }), 'mse');
    assert.equal(lossOf(type, { labels: { ...numbers, threshold: 0.01 } }), 'cross_entropy');
    assert.deepEqual(faults({ type }, { labels: numbers, loss: 'cross_entropy' }), ['training.loss']);
    assert.deepEqual(faults({ type }, { loss: 'mse' }), ['training.loss']);
  }
  assert.equal(lossOf('gru', { labels: numbers, loss: 'huber' }), 'huber');
  assert.equal(lossOf('mlp', { loss: 'focal' }), 'focal');
  assert.deepEqual(faults({ type: 'mlp' }, { loss: 'huber' }), ['training.loss']);
  assert.deepEqual(faults({ type: 'gradient_boosting' }, { loss: 'focal' }), ['training.loss']);
});

test('every architecture has its defaults and becomes a valid description', () => {
  const sequence = { sequenceLength: 20, hiddenSize: 32, layers: 1, dropout: 0, learningRate: 0.001 };
  const expected: Record<ModelBlock['type'], object> = {
    mlp: { hiddenLayers: [20, 10], learningRate: 0.001 },
    logistic: { learningRate: 0.001, epochs: 100 },
    lstm: sequence,
    gru: sequence,
    anfis: { partition: 'clustered', rules: 8, consequent: 'linear', membership: 'bell', stepSize: 0.01, epochs: 100 },
    gradient_boosting: {
      rounds: 200,
      depth: 3,
      minimumLeaf: 20,
      l2: 1,
      subsample: 0.8,
      featureShare: 1,
      bins: 64,
      learningRate: 0.05,
      loss: 'cross_entropy',
      earlyStopping: { patience: 15, minDelta: 0.0001 },
    },
  };
  for (const [type, values] of Object.entries(expected)) {
    const { model, training } = read({ type });
    const spec = modelSpecSchema.parse(modelSpec(model, training, 40, 3));
    assert.deepEqual({ ...spec, ...values, type }, spec);
  }
});

test('what is set reaches the description', () => {
  const { model, training } = read(
    { type: 'gru', architecture: { sequence_length: 4, hidden_size: 7, num_layers: 2, dropout: 0.1 } },
    { loss: 'focal', focal_gamma: 1, l1: 0.01, l2: 0.02, learning_rate: 0.5, seed: 3 },
  );
  const spec = modelSpec(model, training, 40, 3);
  const wanted = { type: 'gru', sequenceLength: 4, hiddenSize: 7, layers: 2, dropout: 0.1, seed: 3 };
  assert.deepEqual({ ...spec, ...wanted, loss: 'focal', focalGamma: 1, l1: 0.01, l2: 0.02, learningRate: 0.5 }, spec);
  const boosted = read({ type: 'gradient_boosting', architecture: { minimum_leaf: 3 } }, { learning_rate: 0.001 });
  const { minimumLeaf, learningRate } = z
    .object({ minimumLeaf: z.number(), learningRate: z.number() })
    .parse(modelSpec(boosted.model, boosted.training, 4, 3));
  assert.deepEqual([minimumLeaf, learningRate], [3, 0.001]);
});

test('what does not apply to a model is refused at its place, not ignored', () => {
  assert.deepEqual(faults({ type: 'lstm', architecture: { hidden_layers: [3] } }), [
    'model.architecture.hidden_layers',
  ]);
  assert.deepEqual(faults({ type: 'gru', features: { lookback_periods: 3 } }), ['model.features.lookback_periods']);
  assert.deepEqual(faults({ type: 'logistic', architecture: { dropout: 0.2 } }), ['model.architecture.dropout']);
  const grid = { type: 'anfis', architecture: { partition: 'grid', rules: 4 } };
  assert.deepEqual(faults(grid), ['model.architecture.rules']);
  assert.deepEqual(faults({ type: 'anfis', architecture: { sets: 3 } }), ['model.architecture.sets']);
  const descentOnly = {
    batch_size: 8,
    optimizer: 'adam',
    weight_decay: 0.1,
    l1: 0,
    gradient_clip: 1,
    lr_scheduler: {},
  };
  const places = Object.keys(descentOnly).map((key) => `training.${key}`);
  assert.deepEqual(
    faults({ type: 'gradient_boosting' }, { ...descentOnly, epochs: 3 }).toSorted(),
    [...places, 'training.epochs'].toSorted(),
  );
  assert.deepEqual(
    faults({ type: 'anfis' }, { ...descentOnly, loss: 'mse' }).toSorted(),
    [...places, 'training.loss'].toSorted(),
  );
  assert.deepEqual(faults({ type: 'mlp' }, { focal_gamma: 1 }), ['training.focal_gamma']);
  assert.deepEqual(faults({ type: 'mlp' }, { loss: 'focal', huber_delta: 1 }), ['training.huber_delta']);
  assert.deepEqual(faults({ type: 'mlp' }, { loss: 'focal', focal_gamma: 1 }), []);
});

test('labels are filled with the defaults of their method, and a fault is told at its place', () => {
  const { labels } = trainingBlockSchema.parse({ labels: { source: 'Triple_Barrier', max_holding_bars: 5 } });
  const known = { source: 'triple_barrier', profit_target_atr: 2, max_holding_bars: 5, atr_period: 14 };
  assert.deepEqual({ ...labels, ...known }, labels);
  const paths = (given: unknown) =>
    trainingBlockSchema.safeParse({ labels: given }).error?.issues.map(({ path }) => path.join('.'));
  assert.deepEqual(paths({ source: 'moon_phase' }), ['labels.source']);
  assert.deepEqual(paths({}), ['labels.source']);
  assert.deepEqual(paths({ source: 'zigzag', zigzag_threshold: 2 }), ['labels.zigzag_threshold']);
  assert.deepEqual(paths(7), ['labels']);
});

test('data_split is another word for holdout, whose parts fit into the whole', () => {
  const parts = (validation: unknown) => trainingBlockSchema.safeParse({ validation });
  assert.equal(parts({ method: 'data_split' }).data?.validation.method, 'holdout');
  assert.ok(parts({ train: 0.6, validation: 0, test: 0.4 }).success);
  for (const wrong of [{ train: 0.9 }, { train: 0 }, { test: 0 }, { method: 'cpcv', groups: 2 }]) {
    assert.ok(!parts(wrong).success, JSON.stringify(wrong));
  }
});

test('a network that is not built is refused by name', () => {
  const { error } = modelBlockSchema.safeParse({ type: 'Transformer' });
  assert.match(
    error?.issues[0].message ?? '',
    /"transformer" is not a network of this version. Built: mlp, logistic, lstm/,
  );
  assert.deepEqual(error?.issues[0].path, ['type']);
});

test('a single output is a regression', () => {
  const { model, training } = read(
    { type: 'mlp' },
    { labels: { source: 'forward_return' }, early_stopping: null, lr_scheduler: {} },
  );
  const spec = modelSpec(model, training, 2, 1);
  assert.ok(spec.type === 'mlp');
  assert.equal(spec.task, 'regression');
  assert.equal(spec.loss, 'mse');
  assert.equal(spec.earlyStopping, null);
  assert.deepEqual(spec.plateau, { patience: 5, factor: 0.5 });
});

test('completed blocks can be read again and are the same', () => {
  for (const type of ['mlp', 'logistic', 'lstm', 'gru', 'anfis', 'gradient_boosting']) {
    const { model, training } = read({ type });
    assert.deepEqual(read(model, training), { model, training });
  }
  const { model, training } = read({ type: 'anfis', architecture: { partition: 'grid', sets: 3 } });
  assert.deepEqual(read(model, training), { model, training });
  for (const loss of ['focal', 'cross_entropy']) {
    const block = read({ type: 'gru' }, { loss }).training;
    assert.deepEqual(read({ type: 'gru' }, block).training, block);
    assert.equal('focal_gamma' in block, loss === 'focal');
  }
});

test('probabilities are calibrated where there are classes; said of numbers it is refused', () => {
  const numbers = { source: 'forward_return' };
  assert.equal(read({ type: 'mlp' }).training.calibration, 'temperature');
  assert.equal(read({ type: 'mlp' }, { labels: numbers }).training.calibration, 'temperature');
  for (const calibration of ['temperature', 'none']) {
    assert.deepEqual(faults({ type: 'mlp' }, { calibration }), []);
    assert.deepEqual(faults({ type: 'mlp' }, { labels: numbers, calibration }), ['training.calibration']);
  }
  const { error } = blocks.safeParse({ model: { type: 'mlp' }, training: { labels: numbers, calibration: 'none' } });
  assert.match(error?.issues[0].message ?? '', /numbers: there are no class probabilities to calibrate/);
});

test('seeds of a network without chance are refused, unless each is given its own rows', () => {
  const grid = { type: 'anfis', architecture: { partition: 'grid' } };
  const whole = { type: 'gradient_boosting', architecture: { subsample: 1 } };
  const seeds = { ensemble: { seeds: 3 } };
  for (const model of [grid, whole]) {
    assert.deepEqual(faults(model, seeds), ['training.ensemble.seeds']);
    assert.deepEqual(faults(model, { ensemble: { seeds: 1 } }), []);
    assert.deepEqual(faults(model, { ...seeds, sampling: { bootstrap: 'sequential' } }), []);
    assert.deepEqual(faults(model, { ...seeds, sampling: { bootstrap: 'none' } }), ['training.ensemble.seeds']);
  }
  for (const model of [{ type: 'anfis' }, { type: 'gradient_boosting' }, { type: 'logistic' }])
    assert.deepEqual(faults(model, seeds), []);
});
