import assert from 'node:assert/strict';
import { test } from 'node:test';
import { referenceEngine } from '@stratlab/models/engines/reference.ts';
import type { ModelSpec, NetworkSpec } from '@stratlab/models/spec.ts';
import { mlpSpec } from '../specs.ts';

const spec = mlpSpec({ hiddenLayers: [6, 5], learningRate: 0.02, seed: 11 });

interface Golden {
  name: string;
  changes: Partial<NetworkSpec<'mlp'>>;
  losses: number[];
  /** Sum of the weights, and of their sizes, after the last epoch. */
  sum: number;
  absolute: number;
}

/** From a second implementation, in plain Python, of the seeding, the network, the losses and the optimisers. */
const goldens: Golden[] = [
  {
    name: 'adam, relu, cross-entropy',
    changes: {},
    losses: [1.2445596086668553, 1.0832600818007683, 1.0028696879106371, 0.9628309204538085],
    sum: -0.3350159494633905,
    absolute: 30.249123647320484,
  },
  {
    name: 'adamw, tanh, dropout',
    changes: { activation: 'tanh', optimizer: 'adamw', weightDecay: 0.1, dropout: 0.3 },
    losses: [1.3794490853243506, 1.0656243360248616, 0.9590378985197997, 0.9754168048204955],
    sum: -0.7057376716932331,
    absolute: 21.342278954823044,
  },
  {
    name: 'sgd, sigmoid, clipped, decayed',
    changes: { activation: 'sigmoid', optimizer: 'sgd', learningRate: 0.5, weightDecay: 0.01, gradientClip: 0.2 },
    losses: [1.133754078174431, 0.9876224642005977, 0.8904871487848022, 0.8360214491270307],
    sum: 0.7072806828507735,
    absolute: 21.838659951688783,
  },
  {
    name: 'adam, relu, dropout, decayed, squared error',
    changes: { task: 'regression', loss: 'mse', outputs: 1, dropout: 0.2, weightDecay: 0.02 },
    losses: [3.237370061732497, 1.8986501016273432, 1.0110293777991404, 1.0821811749339285],
    sum: 1.1357825111344235,
    absolute: 24.6377442211512,
  },
];

const rows = 22;
const features = Float64Array.from({ length: 3 * rows }, (_, at) => 1.5 * Math.sin(3 * Math.floor(at / 3) + (at % 3)));
const weights = Float64Array.from({ length: rows }, (_, row) => 0.5 + (row % 4) / 2);

function targets({ task }: ModelSpec): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) => {
    const [a, b, c] = features.subarray(3 * row, 3 * row + 3);
    return task === 'classification' ? (row * row) % 3 : a - 0.5 * b * c;
  });
}

for (const { name, changes, losses, sum, absolute } of goldens) {
  test(`the reference engine agrees with an independent implementation to 1e-10 (${name})`, async () => {
    const changed = { ...spec, ...changes };
    const train = { rows, features, targets: targets(changed), weights };
    const trained = await referenceEngine.train(changed, { train, validation: null }, { onEpoch() {} });
    trained.history.forEach(({ trainLoss }, i) => {
      near(trainLoss, losses[i]);
    });
    near(
      trained.weights.reduce((total, weight) => total + weight, 0),
      sum,
    );
    near(
      trained.weights.reduce((total, weight) => total + Math.abs(weight), 0),
      absolute,
    );
  });
}

function near(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) < 1e-10 * Math.max(1, Math.abs(expected)), `${actual}, expected ${expected}`);
}
