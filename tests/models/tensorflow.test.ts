import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Checkpoint, TrainingJob } from '@stratlab/models/engine.ts';
import { tensorFlowEngine } from '@stratlab/models/engines/tensorflow/engine.ts';
import { loadTensorFlow } from '@stratlab/models/engines/tensorflow/packages.ts';
import type { NeuralSpec } from '@stratlab/models/spec.ts';
import { logisticSpec, mlpSpec, recurrentSpec } from '../specs.ts';
import { assertAgrees, everyLoss, restrained, smallNetworks } from './engine-agreement.ts';
import { noiseToTrain } from './simd-data.ts';

const { available, reason } = tensorFlowEngine.probe();
const skip = available ? false : reason;
const silent = { onEpoch() {} };

test('the probe names what is installed, or how to install it', () => {
  assert.match(
    reason,
    available ? /^@tensorflow\/tfjs[\w-]*( and @tensorflow\/[\w-]+)?: .+\.$/ : /npm install @tensorflow|not built/,
  );
});

test('neither trees nor a loss of another task are supported', () => {
  assert.ok(tensorFlowEngine.supports(mlpSpec()) && tensorFlowEngine.supports(recurrentSpec({ type: 'gru' })));
  assert.equal(tensorFlowEngine.supports(mlpSpec({ loss: 'mse' })), false);
});

for (const [name, specOf] of Object.entries(smallNetworks)) {
  for (const loss of everyLoss) {
    const title = `${name}, ${JSON.stringify(loss)}`;
    test(`tensorflow's first 20 steps are those of reference to 1e-5: ${title}`, { skip }, async () => {
      for (const optimizer of ['adam', 'adamw', 'sgd'] as const) {
        const spec = specOf({ ...loss, optimizer, batchSize: 16, epochs: 5 });
        await assertAgrees(tensorFlowEngine, spec, 61, 1e-5);
        await assertAgrees(tensorFlowEngine, restrained(spec), 61, 1e-5);
      }
    });
  }

  test(`tensorflow's later losses are those of reference to 1e-3: ${name}`, { skip }, async () => {
    const watch = { plateau: { patience: 2, factor: 0.5 }, earlyStopping: { patience: 25, minDelta: 0 } };
    const spec = { ...restrained(specOf({ batchSize: 16, epochs: 30 })), ...watch };
    await assertAgrees(tensorFlowEngine, spec, 200, 1e-3);
  });
}

test('tensorflow trains a stack as it trains each model, though one stops early', { skip }, async () => {
  const early = { epochs: 60, dropout: 0.2, learningRate: 0.05, earlyStopping: { patience: 3, minDelta: 0 } };
  const plateau = { patience: 1, factor: 0.5 };
  for (const spec of [mlpSpec({ ...early, plateau }), recurrentSpec({ ...early, hiddenSize: 3 })]) {
    const jobs = [1, 2, 3, 4, 5].map((seed) => jobOf({ ...spec, seed }));
    const stacked = await tensorFlowEngine.trainMany(jobs);
    const lengths = new Set(stacked.map(({ history }) => history.length));
    assert.ok(lengths.size > 1, 'all models stopped in the same epoch');
    for (const [i, { spec: one, data }] of jobs.entries()) {
      assertNear(stacked[i], await tensorFlowEngine.train(one, data, silent));
    }
  }
});

test('tensorflow stacks models of different data, and trains models of other shapes beside them', {
  skip,
}, async () => {
  const shapes = [
    mlpSpec(),
    mlpSpec({ seed: 8 }),
    logisticSpec(),
    mlpSpec({ hiddenLayers: [3] }),
    mlpSpec({ seed: 9 }),
  ];
  const jobs = shapes.map((spec, i) => jobOf(spec, 40 + (i === 4 ? 1 : 0)));
  const halved = { ...jobs[1].data.train, features: jobs[1].data.train.features.map((value) => value / 2) };
  jobs[1] = { ...jobs[1], data: { ...jobs[1].data, train: halved } };
  const stacked = await tensorFlowEngine.trainMany(jobs);
  for (const [i, { spec, data }] of jobs.entries())
    assertNear(stacked[i], await tensorFlowEngine.train(spec, data, silent));
});

test('models of a stack go on from checkpoints of different epochs', { skip }, async () => {
  const jobs = [1, 2, 3].map((seed) => jobOf(mlpSpec({ seed, dropout: 0.2, epochs: 6 })));
  const kept: Checkpoint[][] = jobs.map(() => []);
  const whole = await tensorFlowEngine.trainMany(
    jobs.map((job, i) => ({ ...job, hooks: { onEpoch: (_, checkpoint) => void kept[i].push(checkpoint()) } })),
  );
  const resumed = jobs.map((job, i) => ({ ...job, hooks: { ...silent, resumeFrom: kept[i][2 * i] } }));
  (await tensorFlowEngine.trainMany(resumed)).forEach((trained, i) => {
    assertNear(trained, whole[i]);
  });
});

test('a checkpoint is refused after its epoch', { skip }, async () => {
  const late: (() => Checkpoint)[] = [];
  const { spec, data } = jobOf(mlpSpec());
  await tensorFlowEngine.train(spec, data, { onEpoch: (_, checkpoint) => void late.push(checkpoint) });
  assert.throws(() => late[0](), /while onEpoch runs/);
});

test('no tensor is left behind, by an end, an early stop or an error', { skip }, async () => {
  const { memory } = await loadTensorFlow();
  const before = memory().numTensors;
  const spec = recurrentSpec({ dropout: 0.2, gradientClip: 1, l1: 0.01, epochs: 5 });
  const jobs = [1, 2, 3].map((seed) => jobOf({ ...spec, seed, earlyStopping: { patience: 1, minDelta: 0 } }));
  await tensorFlowEngine.trainMany(jobs);
  assert.equal(memory().numTensors, before);
  const onEpoch = () => {
    throw new Error('broken off');
  };
  await assert.rejects(tensorFlowEngine.trainMany([jobs[0], { ...jobs[1], hooks: { onEpoch } }]), /broken off/);
  assert.equal(memory().numTensors, before);
  const beyond = jobOf(mlpSpec({ task: 'regression', loss: 'mse', outputs: 1, optimizer: 'sgd', learningRate: 1 }));
  const features = beyond.data.train.features.map((value) => 1e30 * value);
  const data = { ...beyond.data, train: { ...beyond.data.train, features } };
  await assert.rejects(tensorFlowEngine.train(beyond.spec, data, silent), /no longer finite/);
  assert.equal(memory().numTensors, before);
});

test('the event loop runs during a long epoch', { skip }, async () => {
  let ticks = 0;
  const timer = setInterval(() => ticks++, 1);
  const { spec, data } = jobOf(recurrentSpec({ epochs: 1, batchSize: 2 }), 400);
  await tensorFlowEngine.train(spec, data, silent);
  clearInterval(timer);
  assert.ok(ticks >= 2);
});

function jobOf(spec: NeuralSpec, rows = 40): TrainingJob {
  return { spec, data: noiseToTrain(spec, rows, 23), hooks: silent };
}

/** To the same bits where products run in one order; a native backend may split them by the size of the stack. */
function assertNear(
  found: Awaited<ReturnType<typeof tensorFlowEngine.train>>,
  expected: Awaited<ReturnType<typeof tensorFlowEngine.train>>,
): void {
  assert.equal(found.history.length, expected.history.length);
  assert.equal(found.bestEpoch, expected.bestEpoch);
  found.weights.forEach((weight, i) => {
    assert.ok(Math.abs(weight - expected.weights[i]) <= 1e-5, `weight ${i}: ${weight}, not ${expected.weights[i]}`);
  });
}
