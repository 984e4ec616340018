import assert from 'node:assert/strict';
import type { TrainedNetwork, TrainingEngine } from '@stratlab/models/engine.ts';
import { referenceEngine } from '@stratlab/models/engines/reference.ts';
import type { NetworkSpec, NeuralSpec } from '@stratlab/models/spec.ts';
import { logisticSpec, mlpSpec, recurrentSpec, regression } from '../specs.ts';
import { noiseToTrain } from './simd-data.ts';

type Changes = Partial<
  Pick<NetworkSpec<'mlp'>, 'loss' | 'task' | 'outputs' | 'optimizer' | 'batchSize' | 'epochs' | 'seed'>
>;

/** Small networks of every kind, made with these changes. */
export const smallNetworks = {
  'mlp relu': (changes) => mlpSpec({ inputs: 6, hiddenLayers: [21, 10], ...changes }),
  'mlp tanh': (changes) => mlpSpec({ inputs: 5, hiddenLayers: [9, 16, 7], activation: 'tanh', ...changes }),
  'mlp sigmoid': (changes) => mlpSpec({ inputs: 9, hiddenLayers: [18], activation: 'sigmoid', ...changes }),
  logistic: (changes) => logisticSpec({ inputs: 11, ...changes }),
  lstm: (changes) => recurrentSpec({ hiddenSize: 7, layers: 2, ...changes }),
  gru: (changes) => recurrentSpec({ type: 'gru', hiddenSize: 6, layers: 2, ...changes }),
} satisfies Record<string, (changes: Changes) => NeuralSpec>;

export const everyLoss = [
  { loss: 'cross_entropy' },
  { loss: 'focal', focalGamma: 2 },
  { loss: 'focal', focalGamma: 0.5 },
  { loss: 'focal', focalGamma: 0 },
  regression,
  { ...regression, loss: 'huber', huberDelta: 0.4 },
] as const;

/** The spec with everything on that holds a training back. */
export function restrained(spec: NeuralSpec): NeuralSpec {
  const restraints = { gradientClip: 0.2, l1: 0.003, l2: 0.01, weightDecay: 0.02 };
  return spec.type === 'logistic' ? { ...spec, ...restraints } : { ...spec, ...restraints, dropout: 0.3 };
}

/** Every loss of every epoch is that of reference, to a share of it; so are the decisions. */
export async function assertAgrees(
  engine: TrainingEngine,
  spec: NeuralSpec,
  rows: number,
  tolerance: number,
): Promise<void> {
  const data = noiseToTrain(spec, rows, 23);
  const hooks = { onEpoch() {} };
  const expected = await referenceEngine.train(spec, data, hooks);
  const found = await engine.train(spec, data, hooks);
  assertSameHistory(found, expected, tolerance);
  assert.equal(found.weights.length, expected.weights.length);
  assert.equal(found.bestEpoch, expected.bestEpoch);
}

export function assertSameHistory(found: TrainedNetwork, expected: TrainedNetwork, tolerance: number): void {
  assert.equal(found.history.length, expected.history.length);
  expected.history.forEach((epoch, i) => {
    for (const loss of ['trainLoss', 'validationLoss'] as const) {
      const [one, other] = [found.history[i][loss] ?? Number.NaN, epoch[loss] ?? Number.NaN];
      const message = `${loss} of epoch ${epoch.epoch}: ${one}, by reference ${other}`;
      assert.ok(Math.abs(one - other) <= tolerance * Math.abs(other), message);
    }
  });
}
