import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Checkpoint, TrainedNetwork, TrainingJob } from '@stratlab/models/engine.ts';
import { webGpuEngine } from '@stratlab/models/engines/webgpu/engine.ts';
import { planMemory } from '@stratlab/models/engines/webgpu/memory-plan.ts';
import type { NetworkSpec, NeuralSpec } from '@stratlab/models/spec.ts';
import { logisticSpec, mlpSpec, recurrentSpec } from '../specs.ts';
import { assertAgrees, everyLoss, restrained, smallNetworks } from './engine-agreement.ts';
import { noiseToTrain } from './simd-data.ts';

const { available, reason } = webGpuEngine.probe();
const skip = available ? false : reason;
const silent = { onEpoch() {} };
type Optimizer = NeuralSpec['optimizer'];
const dense = Object.entries(smallNetworks).filter(([, specOf]) => webGpuEngine.supports(specOf({})));

test('the probe names the adapter, or says what is missing', () => {
  if (available) assert.match(reason, /\w{3}.*\.$/);
  else assert.match(reason, /npm install webgpu|no adapter|does not start/);
});

test('dense networks are supported, recurrent ones and losses of another task are not', () => {
  assert.deepEqual(
    dense.map(([name]) => name),
    ['mlp relu', 'mlp tanh', 'mlp sigmoid', 'logistic'],
  );
  assert.equal(webGpuEngine.supports(recurrentSpec()), false);
  assert.equal(webGpuEngine.supports(mlpSpec({ loss: 'mse' })), false);
});

/** Every network, loss and optimiser, with restraints and without. A software adapter takes seconds to compile each. */
const agreeing: [string, NeuralSpec][] = [
  ['mlp relu, cross entropy, adam', small('mlp relu', 0, 'adam')],
  ['mlp relu, focal, adamw, restrained', restrained(small('mlp relu', 1, 'adamw'))],
  ['mlp tanh, focal below 1, adam', small('mlp tanh', 2, 'adam')],
  ['mlp tanh, mse, sgd, restrained', restrained(small('mlp tanh', 4, 'sgd'))],
  ['mlp sigmoid, huber, adam, restrained', restrained(small('mlp sigmoid', 5, 'adam'))],
  ['mlp sigmoid, cross entropy, adamw', small('mlp sigmoid', 0, 'adamw')],
  ['logistic, focal of gamma 0, adamw, restrained', restrained(small('logistic', 3, 'adamw'))],
  ['logistic, cross entropy, sgd', small('logistic', 0, 'sgd')],
];

for (const [name, spec] of agreeing) {
  test(`webgpu's first 20 steps are those of reference to 1e-5: ${name}`, { skip }, async () => {
    await assertAgrees(webGpuEngine, spec, 61, 1e-5);
  });

  test(`webgpu's later losses are those of reference to 1e-3: ${name}`, { skip }, async () => {
    const watch = { plateau: { patience: 2, factor: 0.5 }, earlyStopping: { patience: 25, minDelta: 0 } };
    await assertAgrees(webGpuEngine, { ...spec, ...watch, epochs: 30 }, 200, 1e-3);
  });
}

/** Weights, activations or only the gradient lie outside of any GPU's workgroup memory. */
const larger: Record<string, NetworkSpec<'mlp'>> = {
  'many weights': mlpSpec({ inputs: 60, hiddenLayers: [128, 64], batchSize: 16, epochs: 1 }),
  'wide batches': mlpSpec({ inputs: 20, hiddenLayers: [40, 30], batchSize: 256, epochs: 10, activation: 'tanh' }),
  'long rows': mlpSpec({ inputs: 900, hiddenLayers: [8], batchSize: 40, epochs: 2 }),
};

for (const [name, spec] of Object.entries(larger)) {
  test(`webgpu agrees with reference where workgroup memory does not suffice: ${name}`, { skip }, async () => {
    const workgroupBytes = 64 * 1024;
    assert.ok(Object.values(planMemory(spec, 300, workgroupBytes).places).some((place) => place !== 'workgroup'));
    await assertAgrees(webGpuEngine, restrained(spec), 300, 1e-5);
  });
}

test('workgroup memory is taken as far as it goes, and not beyond', () => {
  const spec = mlpSpec({ inputs: 24, hiddenLayers: [20, 10], batchSize: 32, gradientClip: 1 });
  const all = planMemory(spec, 1000, 32_768);
  assert.ok(Object.values(all.places).every((place) => place === 'workgroup') && all.scratch === 0);
  for (let bytes = 1024; bytes <= 32_768; bytes += 1024) {
    const { places, sizes, invocations, scratch } = planMemory(spec, 1000, bytes);
    const entries = Object.entries(sizes);
    const shared = entries.filter(
      ([part]) => new Map<string, unknown>(Object.entries(places)).get(part) === 'workgroup',
    );
    assert.ok(4 * (invocations + shared.reduce((sum, [, size]) => sum + size, 0)) <= bytes);
    assert.ok(scratch <= sizes.activations + sizes.deltas + sizes.losses + sizes.rows + sizes.gradient);
  }
});

test('webgpu trains a stack to the bits of each model alone, though one stops early', { skip }, async () => {
  const early = { epochs: 60, earlyStopping: { patience: 3, minDelta: 0 }, plateau: { patience: 1, factor: 0.5 } };
  const jobs = [1, 2, 3, 4, 5].map((seed) => jobOf(mlpSpec({ dropout: 0.2, ...early, seed, learningRate: 0.02 })));
  const stacked = await webGpuEngine.trainMany(jobs);
  assert.ok(new Set(stacked.map(({ history }) => history.length)).size > 1, 'all models stopped in the same epoch');
  assert.deepEqual(stacked, await oneByOne(jobs));
});

test('webgpu stacks models of different data, and trains models of other shapes beside them', { skip }, async () => {
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
  assert.deepEqual(await webGpuEngine.trainMany(jobs), await oneByOne(jobs));
});

test('models of a webgpu stack go on from checkpoints of different epochs to the same bits', { skip }, async () => {
  const jobs = [1, 2, 3].map((seed) => jobOf(mlpSpec({ seed, dropout: 0.2, epochs: 6 })));
  const kept: Checkpoint[][] = jobs.map(() => []);
  const whole = await webGpuEngine.trainMany(
    jobs.map((job, i) => ({ ...job, hooks: { onEpoch: (_, checkpoint) => void kept[i].push(checkpoint()) } })),
  );
  const resumed = jobs.map((job, i) => ({ ...job, hooks: { ...silent, resumeFrom: kept[i][2 * i] } }));
  assert.deepEqual(await webGpuEngine.trainMany(resumed), whole);
});

test('webgpu refuses rows that no buffer holds', { skip }, async () => {
  const rows = 1;
  const inputs = 2 ** 29;
  const data = { rows, features: new Float64Array(0), targets: new Float64Array(rows), weights: null };
  const spec = logisticSpec({ inputs, outputs: 2, batchSize: 1 });
  await assert.rejects(webGpuEngine.train(spec, { train: data, validation: null }, silent), { code: 'limit_exceeded' });
});

function small(
  name: 'mlp relu' | 'mlp tanh' | 'mlp sigmoid' | 'logistic',
  loss: number,
  optimizer: Optimizer,
): NeuralSpec {
  return smallNetworks[name]({ ...everyLoss[loss], optimizer, batchSize: 16, epochs: 5 });
}

async function oneByOne(jobs: readonly TrainingJob[]): Promise<TrainedNetwork[]> {
  const trained: TrainedNetwork[] = [];
  for (const { spec, data } of jobs) trained.push(await webGpuEngine.train(spec, data, silent));
  return trained;
}

function jobOf(spec: NeuralSpec, rows = 40): TrainingJob {
  return { spec, data: noiseToTrain(spec, rows, 23), hooks: silent };
}
