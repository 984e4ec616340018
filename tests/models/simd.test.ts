import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { LabError } from '@stratlab/data/error.ts';
import { seededRandom } from '@stratlab/data/random.ts';
import type { Checkpoint, EpochReport, TrainedNetwork, TrainingHooks } from '@stratlab/models/engine.ts';
import { referenceEngine } from '@stratlab/models/engines/reference.ts';
import { buildKernel } from '@stratlab/models/engines/simd/build-kernel.ts';
import { createSimdEngine, simdEngine, simdFmaEngine } from '@stratlab/models/engines/simd/engine.ts';
import { kernelBuilds, kernelFiles } from '@stratlab/models/engines/simd/kernel.ts';
import { stream, streamSeed } from '@stratlab/models/seeding.ts';
import type { NeuralSpec } from '@stratlab/models/spec.ts';
import { logisticSpec, mlpSpec, recurrentSpec, regression } from '../specs.ts';
import { noiseToTrain } from './simd-data.ts';

const silent: TrainingHooks = { onEpoch() {} };
const early = { earlyStopping: { patience: 3, minDelta: 0 } };
const wide = { inputs: 13, hiddenLayers: [36, 20], batchSize: 28, epochs: 100 };
const long = { inputs: 60, sequenceLength: 6, hiddenSize: 29, layers: 2, dropout: 0.1, epochs: 20 };
/** Rows; hashes of the weights by `simd` and by `simd_fma`. The long ones are enough for V8 to optimise the kernel. */
const pinned: [string, NeuralSpec, number, string, string][] = [
  [
    'mlp',
    mlpSpec({ inputs: 10, hiddenLayers: [19, 6], dropout: 0.2, batchSize: 32, epochs: 20 }),
    150,
    '63fed0be7bea526f897d7328c089b9ecb3d5ba6cab22ef65fc7737dc17786230',
    '1bafee2d1fe06a1cdfbfb7ef1f2888e6a64b7b5924149ec03fa9afc6f7d5a227',
  ],
  [
    'lstm',
    recurrentSpec({ hiddenSize: 9, layers: 2, dropout: 0.1, gradientClip: 1, epochs: 5 }),
    150,
    '1f45c5fcc44f76b655c99cf9347812433037cb8400358aab0f4971beec80f534',
    'a5f840752f33bc8681d64d4cf66db409970dca2b593c3b1b28d6e96814b2fff1',
  ],
  [
    'gru',
    recurrentSpec({ ...regression, type: 'gru', loss: 'huber', optimizer: 'adamw', weightDecay: 0.1 }),
    150,
    '90f0e97ee5ff72fb7e462533738893144bdf394a583108a1a6ab16246f933b15',
    'c6555fcbf74bc7e7190452776128a93a87875802e18414e0dcf6b0e8a98bacea',
  ],
  [
    'a long mlp with relu',
    mlpSpec({ ...wide, inputs: 24, dropout: 0.1, gradientClip: 0.5, l1: 1e-4, l2: 1e-3, batchSize: 52, epochs: 150 }),
    1500,
    '309e41f58d360a58ff1c840c2de765d976d8f083ff38546ebf29f9131714c836',
    '4dc0ce740d9c70814522f05f5434d1ef33fdd5b71bc1d9113848f53e6b97dc3c',
  ],
  [
    'a long mlp with tanh',
    mlpSpec({ ...wide, activation: 'tanh', optimizer: 'sgd' }),
    1500,
    '47f7a778b014ba34d6bc696b9a67e1ac6ed2bb74acba9859d5d7fca6ac6a01e3',
    '20390ff4d5b403e1eddd37c9d811e6993112d69be196f5e834c45c6ac22d88b7',
  ],
  [
    'a long mlp with sigmoid',
    mlpSpec({ ...wide, outputs: 11, activation: 'sigmoid', loss: 'focal', focalGamma: 2, optimizer: 'adamw' }),
    1500,
    '8256bc1736725b168b20ad32f031d8078f97371be3cc1af016faf8df020b932d',
    '98af068b168e96abe8dc9c84310148013ddc275fb293f46b8a3b67d10060bb8e',
  ],
  [
    'a long lstm',
    recurrentSpec({ ...long, gradientClip: 1 }),
    600,
    '27c0755c5449ea2082f79c2e6c2e6b4034bb7317282f30417a7517452af9a202',
    'fa5b9f6cf2f792aa883e4d225218098df194c27e6c15ca1ccffc9b5fa30348d7',
  ],
  [
    'a long gru',
    recurrentSpec({ ...long, type: 'gru' }),
    600,
    'cce4f467876c4ab9da017ca1460913f3b8efac2b31a4e3d05e30866b0f2ea056',
    '49a2300389c5a16a7c5aca005953a1fff669cf7f46b5ecbee1f2d5496932a974',
  ],
];
const short = pinned.slice(0, 3);

for (const build of kernelBuilds) {
  const engine = createSimdEngine({ build });
  const { available, reason } = engine.probe();
  const options = available ? {} : { skip: reason };

  for (const [name, spec, rows, simd, fused] of pinned) {
    test(`the weights of ${name} by ${engine.id} have the same bits on every machine`, options, async () => {
      const { weights } = await engine.train(spec, noiseToTrain(spec, rows), silent);
      const hash = createHash('sha256').update(Float32Array.from(weights)).digest('hex');
      assert.equal(hash, build === 'simd' ? simd : fused);
    });
  }

  for (const [name, spec] of short) {
    test(`${engine.id} resumes ${name} on a thread to the same bits, from what a thread gave`, options, async () => {
      const data = noiseToTrain({ ...spec, ...early }, 90, 40);
      const checkpoints: Checkpoint[] = [];
      const onEpoch = (_: EpochReport, checkpoint: () => Checkpoint) => {
        checkpoints.push(structuredClone(checkpoint()));
      };
      const [whole] = await engine.trainMany([{ spec, data, hooks: { onEpoch } }]);
      assert.equal(checkpoints.length, whole.history.length);
      for (const resumeFrom of checkpoints) {
        const resumed = await engine.trainMany([{ spec, data, hooks: { ...silent, resumeFrom } }]);
        assert.deepEqual(resumed, [whole]);
      }
    });
  }

  test(
    `${engine.id} gives the same bits on one thread, on two and without, in the order of the jobs`,
    options,
    async () => {
      const specs = [7, 8, 9, 10, 11].map((seed) => mlpSpec({ seed, dropout: 0.2, epochs: seed }));
      const reports: string[] = [];
      const jobs = [...specs, ...short.map(([, spec]) => spec)].map((spec, job) => ({
        spec,
        data: noiseToTrain(spec, 80, 30),
        hooks: { onEpoch: ({ epoch }: EpochReport) => void reports.push(`${job}: ${epoch}`) },
      }));
      const alone: TrainedNetwork[] = [];
      for (const { spec, data } of jobs) alone.push(await engine.train(spec, data, silent));
      const epochs = alone.flatMap(({ history }, job) => history.map(({ epoch }) => `${job}: ${epoch}`));
      for (const workers of [1, 2]) {
        reports.length = 0;
        assert.deepEqual(await createSimdEngine({ build, workers }).trainMany(jobs), alone);
        assert.deepEqual(reports.toSorted(), epochs.toSorted());
      }
    },
  );
}

test('jobs that share a data set may read it as one step or as many', async () => {
  const specs = [mlpSpec({ inputs: 12 }), recurrentSpec(), recurrentSpec({ sequenceLength: 2 })];
  const data = noiseToTrain(specs[0], 40);
  const alone = await Promise.all(specs.map((spec) => simdEngine.train(spec, data, silent)));
  assert.deepEqual(await simdEngine.trainMany(specs.map((spec) => ({ spec, data, hooks: silent }))), alone);
  assert.deepEqual(await simdEngine.trainMany([]), []);
});

test('the first hook that throws ends all trainings within two seconds, and the threads go on to serve', async () => {
  const endless = mlpSpec({ epochs: 100_000 });
  const data = noiseToTrain(endless, 200);
  const jobs = [0, 1, 2, 3].map((job) => ({
    spec: endless,
    data,
    hooks: {
      onEpoch({ epoch }: EpochReport) {
        if (job === 1 && epoch === 3) throw new LabError('cancelled', 'The task was cancelled.');
      },
    },
  }));
  const begun = performance.now();
  await assert.rejects(createSimdEngine({ workers: 2 }).trainMany(jobs), { code: 'cancelled' });
  assert.ok(performance.now() - begun < 2000);
  const spec = mlpSpec();
  assert.equal((await simdEngine.trainMany([{ spec, data, hooks: silent }])).length, 1);
});

test('an error inside a thread is the error of the training, with its hint', async () => {
  const { spec, data } = exploding();
  await assert.rejects(simdEngine.trainMany([{ spec, data, hooks: silent }]), isNotFinite);
});

test('a loss that is no longer finite gives the error of reference', async () => {
  const { spec, data } = exploding();
  const [found, expected] = await Promise.all([
    simdEngine.train(spec, data, silent).catch((error: unknown) => error),
    referenceEngine.train(spec, data, silent).catch((error: unknown) => error),
  ]);
  assert.ok(isNotFinite(found) && isNotFinite(expected));
  assert.deepEqual([found.message, found.hint], [expected.message, expected.hint]);
});

/** Infinite as soon as it is read. */
function exploding() {
  const spec = mlpSpec({ ...regression, optimizer: 'sgd', epochs: 3 });
  const data = noiseToTrain(spec, 20);
  data.train.features[4] = Number.POSITIVE_INFINITY;
  return { spec, data };
}

function isNotFinite(error: unknown): error is LabError {
  return error instanceof LabError && /no longer finite in epoch 1/.test(error.message) && error.hint !== undefined;
}

test('a checkpoint outside its epoch is refused, for the training has gone on', async () => {
  const spec = mlpSpec();
  const made: (() => Checkpoint)[] = [];
  const hooks = { onEpoch: (_: EpochReport, checkpoint: () => Checkpoint) => void made.push(checkpoint) };
  await simdEngine.trainMany([{ spec, data: noiseToTrain(spec, 20), hooks }]);
  assert.throws(() => made[0](), /only be made while onEpoch runs/);
});

test('a training that needs too much memory is refused before it takes any', async () => {
  const spec = mlpSpec({ hiddenLayers: [2048, 2048] });
  const small = createSimdEngine({ memoryLimit: 2 ** 26 });
  const expected = { code: 'limit_exceeded', message: /needs \d+ MiB of memory; 64 MiB are allowed/ };
  await assert.rejects(small.train(spec, noiseToTrain(spec, 30), silent), expected);
  await assert.rejects(small.trainMany([{ spec, data: noiseToTrain(spec, 30), hooks: silent }]), expected);
  const vast = recurrentSpec({ hiddenSize: 2048, layers: 4, sequenceLength: 512, inputs: 512, batchSize: 4096 });
  await assert.rejects(simdEngine.train(vast, noiseToTrain(vast, 4096), silent), { code: 'limit_exceeded' });
});

test('without rows there is nothing to train on', async () => {
  const spec = mlpSpec();
  await assert.rejects(simdEngine.train(spec, noiseToTrain(spec, 0), silent), { code: 'insufficient_data' });
});

test('shapes at the edge agree with reference', async () => {
  const edges: [NeuralSpec, number][] = [
    [mlpSpec(), 1],
    [mlpSpec({ batchSize: 1 }), 5],
    [mlpSpec({ batchSize: 1000 }), 37],
    [mlpSpec({ inputs: 1, hiddenLayers: [1], activation: 'sigmoid', outputs: 2 }), 9],
    [mlpSpec({ hiddenLayers: [2048], epochs: 1 }), 20],
    [logisticSpec({ inputs: 1, outputs: 23 }), 30],
    [recurrentSpec({ inputs: 5, sequenceLength: 5, hiddenSize: 1 }), 11],
    [recurrentSpec({ type: 'gru', inputs: 3, sequenceLength: 1, hiddenSize: 3, layers: 4 }), 6],
    [recurrentSpec({ inputs: 200, sequenceLength: 200, hiddenSize: 4, layers: 2, dropout: 0.1 }), 3],
  ];
  for (const [spec, rows] of edges) {
    const data = noiseToTrain(spec, rows, 3);
    const found = await simdEngine.train(spec, data, silent);
    const expected = await referenceEngine.train(spec, data, silent);
    found.weights.forEach((weight, i) => {
      assert.ok(Math.abs(weight - expected.weights[i]) < 2e-5, `${JSON.stringify(spec)} ${i}: ${weight}`);
    });
  }
});

test('outputs far apart keep a finite loss, as in reference', async () => {
  const spec = logisticSpec({ optimizer: 'sgd', learningRate: 1e-6, epochs: 1 });
  const data = noiseToTrain(spec, 40);
  data.train.features.forEach((value, i, features) => {
    features[i] = 1e4 * value;
  });
  const found = await simdEngine.train(spec, data, silent);
  const expected = await referenceEngine.train(spec, data, silent);
  const [one, other] = [found.history[0].trainLoss, expected.history[0].trainLoss];
  assert.ok(other > 300 && Math.abs(one / other - 1) < 1e-5);
});

test('the event loop runs at least every few hundred milliseconds within a long epoch', async () => {
  const spec = mlpSpec({ inputs: 64, hiddenLayers: [512, 512], epochs: 1 });
  let latest = performance.now();
  let longest = 0;
  const timer = setInterval(() => {
    longest = Math.max(longest, performance.now() - latest);
    latest = performance.now();
  }, 1);
  await simdEngine.train(spec, noiseToTrain(spec, 6000), silent);
  clearInterval(timer);
  assert.ok(longest > 0 && longest < 1000);
});

test('waiting threads do not keep a process alive', () => {
  const program = `
    import { simdEngine } from '@stratlab/models/engines/simd/engine.ts';
    import { mlpSpec } from './tests/specs.ts';
    import { noiseToTrain } from './tests/models/simd-data.ts';
    const spec = mlpSpec();
    const job = { spec, data: noiseToTrain(spec, 20), hooks: { onEpoch() {} } };
    const trained = await simdEngine.trainMany([job, job]);
    process.stdout.write(String(trained.length));`;
  const options = { cwd: join(import.meta.dirname, '../..'), encoding: 'utf8', timeout: 60_000 } as const;
  assert.equal(execFileSync(process.execPath, ['--input-type=module', '-e', program], options), '2');
});

test('the kernel seeds dropout as reference does', () => {
  for (const [seed, epoch] of [
    [0, 1],
    [7, 2],
    [123456789, 99],
  ]) {
    const expected = stream(seed, 'dropout', epoch);
    const found = seededRandom(streamSeed(seed, 'dropout', epoch));
    assert.deepEqual([found(), found()], [expected(), expected()]);
  }
});

for (const build of kernelBuilds) {
  test(`the committed kernel of ${build} is what its sources compile to`, () => {
    const folder = mkdtempSync(join(tmpdir(), 'stratlab-kernel-'));
    try {
      const built = join(folder, 'kernel.wasm');
      buildKernel(build, built);
      const committed = readFileSync(kernelFiles[build]);
      assert.ok(committed.equals(readFileSync(built)), 'Run `npm run build:kernel` and commit what it writes.');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

test('simd_fma is offered only where a b + c is rounded once, simd everywhere', () => {
  const program = `
    import { engines } from '@stratlab/models/engines/index.ts';
    const offered = engines.filter((engine) => engine.probe().available).map(({ id }) => id);
    process.stdout.write(offered.filter((id) => id.startsWith('simd')).join());`;
  const options = { cwd: join(import.meta.dirname, '../..'), encoding: 'utf8', timeout: 60_000 } as const;
  const offered = (...flags: string[]) =>
    execFileSync(process.execPath, [...flags, '--input-type=module', '-e', program], options);
  assert.equal(offered(), simdFmaEngine.probe().available ? 'simd,simd_fma' : 'simd');
  if (process.arch === 'x64') assert.equal(offered('--no-enable-fma3'), 'simd');
});

test('simd takes the networks and losses that it knows, and no others', () => {
  assert.deepEqual(simdEngine.probe().available, true);
  assert.ok(simdEngine.supports(recurrentSpec({ ...regression, loss: 'huber' })));
  assert.ok(!simdEngine.supports(mlpSpec({ loss: 'mse' })));
  assert.ok(!simdEngine.supports(mlpSpec({ ...regression, outputs: 2 })));
});
