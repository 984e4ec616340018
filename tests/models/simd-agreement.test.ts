import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '@stratlab/data/random.ts';
import type { TrainedNetwork, TrainingEngine } from '@stratlab/models/engine.ts';
import { BatchGradient } from '@stratlab/models/engines/batch-gradient.ts';
import { referenceEngine } from '@stratlab/models/engines/reference.ts';
import { createSimdEngine } from '@stratlab/models/engines/simd/engine.ts';
import { type KernelBuild, kernelBuilds } from '@stratlab/models/engines/simd/kernel.ts';
import { LaidOut } from '@stratlab/models/engines/simd/laid-out.ts';
import { shareRows } from '@stratlab/models/engines/simd/rows.ts';
import { neuralNetworkOf } from '@stratlab/models/networks/index.ts';
import { dropoutOf } from '@stratlab/models/networks/neural-network.ts';
import { fillDropoutMask, stream, streamSeed } from '@stratlab/models/seeding.ts';
import type { NetworkSpec, NeuralSpec } from '@stratlab/models/spec.ts';
import { logisticSpec, mlpSpec, recurrentSpec, regression } from '../specs.ts';
import { noiseFor, noiseToTrain } from './simd-data.ts';

const networks = {
  'mlp relu': (changes) => mlpSpec({ inputs: 6, hiddenLayers: [21, 10], ...changes }),
  'mlp tanh': (changes) => mlpSpec({ inputs: 5, hiddenLayers: [9, 16, 7], activation: 'tanh', ...changes }),
  'mlp sigmoid': (changes) => mlpSpec({ inputs: 9, hiddenLayers: [18], activation: 'sigmoid', ...changes }),
  logistic: (changes) => logisticSpec({ inputs: 11, ...changes }),
  lstm: (changes) => recurrentSpec({ hiddenSize: 7, layers: 2, ...changes }),
  gru: (changes) => recurrentSpec({ type: 'gru', hiddenSize: 6, layers: 2, ...changes }),
} satisfies Record<string, (changes: Changes) => NeuralSpec>;
const losses = [
  { loss: 'cross_entropy' },
  { loss: 'focal', focalGamma: 2 },
  { loss: 'focal', focalGamma: 0.5 },
  regression,
  { ...regression, loss: 'huber', huberDelta: 0.4 },
] as const;
const restraints = { dropout: 0.3, gradientClip: 0.2, l1: 0.003, l2: 0.01, weightDecay: 0.02 };
type Changes = Partial<Pick<NetworkSpec<'mlp'>, 'loss' | 'task' | 'outputs' | 'optimizer' | 'batchSize' | 'epochs'>>;

for (const build of kernelBuilds) {
  const engine = createSimdEngine({ build });
  const { available, reason } = engine.probe();
  const options = available ? {} : { skip: reason };
  for (const [name, specOf] of Object.entries(networks)) {
    for (const loss of losses) {
      for (const optimizer of ['adam', 'adamw', 'sgd'] as const) {
        const title = `${name}, ${JSON.stringify(loss)}, ${optimizer}`;
        test(`${build}: the first 20 steps are those of reference to 1e-5: ${title}`, options, async () => {
          for (const extra of [{}, restraintsOf(specOf({}))]) {
            const spec = { ...specOf({ ...loss, optimizer, batchSize: 16, epochs: 5 }), ...extra };
            await assertSame(engine, spec, 61, 1e-5);
          }
        });
      }
    }

    test(`${build}: later losses are those of reference to 1e-3: ${name}`, options, async () => {
      const watch = { plateau: { patience: 2, factor: 0.5 }, earlyStopping: { patience: 25, minDelta: 0 } };
      const spec = { ...specOf({ batchSize: 16, epochs: 30 }), ...restraintsOf(specOf({})), ...watch };
      await assertSame(engine, spec, 200, 1e-3);
    });

    test(`${build}: the gradient of one batch is that of reference: ${name}`, options, () => {
      for (const loss of losses) checkGradient(build, { ...specOf(loss), ...restraintsOf(specOf({})), l1: 0, l2: 0 });
    });
  }
}

function restraintsOf({ type }: NeuralSpec) {
  const { dropout, ...rest } = restraints;
  return type === 'logistic' ? rest : { ...rest, dropout };
}

async function assertSame(engine: TrainingEngine, spec: NeuralSpec, rows: number, tolerance: number): Promise<void> {
  const data = noiseToTrain(spec, rows, 23);
  const hooks = { onEpoch() {} };
  const expected = await referenceEngine.train(spec, data, hooks);
  const found = await engine.train(spec, data, hooks);
  assert.equal(found.history.length, expected.history.length);
  assert.equal(found.weights.length, expected.weights.length);
  expected.history.forEach((epoch, i) => {
    assertClose(found.history[i], epoch, tolerance);
  });
}

function assertClose(
  found: TrainedNetwork['history'][number],
  expected: TrainedNetwork['history'][number],
  tolerance: number,
): void {
  for (const loss of ['trainLoss', 'validationLoss'] as const) {
    const [one, other] = [found[loss] ?? Number.NaN, expected[loss] ?? Number.NaN];
    const message = `${loss} of epoch ${expected.epoch}: ${one}, by reference ${other}`;
    assert.ok(Math.abs(one - other) <= tolerance * Math.abs(other), message);
  }
}

/** With random biases, row weights and masks of dropout, over a batch whose rows fill no strip. */
function checkGradient(build: KernelBuild, spec: NeuralSpec): void {
  const rows = 13;
  const data = noiseFor(spec, rows);
  const random = seededRandom(5);
  const weights = neuralNetworkOf(spec)
    .initialWeights(spec)
    .map((weight) => Math.fround(weight + 0.2 * (random() - 0.5)));
  const expected = new BatchGradient(spec, weights, rows);
  expected.inputs.set(data.features);
  expected.targets.set(data.targets);
  expected.rowWeights.set(data.weights ?? []);
  const draws = stream(spec.seed, 'dropout', 1);
  for (const mask of expected.masks) fillDropoutMask(mask, mask.length, dropoutOf(spec), draws);
  expected.compute();
  const found = kernelGradient(build, { ...spec, batchSize: rows }, weights, rows);
  const size = Math.max(...expected.gradient.map(Math.abs));
  found.forEach((slope, i) => {
    assert.ok(Math.abs(slope - expected.gradient[i]) <= 3e-6 * size, `${i}: ${slope}, not ${expected.gradient[i]}`);
  });
}

function kernelGradient(build: KernelBuild, spec: NeuralSpec, weights: Float64Array, rows: number): Float64Array {
  const laidOut = new LaidOut(build, spec, { train: shareRows(spec, noiseFor(spec, rows)), validation: null });
  laidOut.write('weights', weights);
  laidOut.order.forEach((_, row, order) => {
    order[row] = row;
  });
  laidOut.kernel.seedDropout(streamSeed(spec.seed, 'dropout', 1));
  laidOut.kernel.gradientOf(0, rows);
  return laidOut.read('gradient', new Float64Array(weights.length));
}
