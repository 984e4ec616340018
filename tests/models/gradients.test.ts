import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Random, seededRandom } from '@stratlab/data/random.ts';
import { BatchGradient } from '@stratlab/models/engines/batch-gradient.ts';
import { neuralNetworkOf } from '@stratlab/models/networks/index.ts';
import { viewsOf } from '@stratlab/models/networks/layout.ts';
import { dropoutOf } from '@stratlab/models/networks/neural-network.ts';
import { fillDropoutMask } from '@stratlab/models/seeding.ts';
import type { NeuralSpec } from '@stratlab/models/spec.ts';
import { logisticSpec, mlpSpec, recurrentSpec, regression } from '../specs.ts';

const losses = [
  { loss: 'cross_entropy' },
  { loss: 'focal', focalGamma: 2 },
  { loss: 'focal', focalGamma: 0.5 },
  regression,
  { ...regression, loss: 'huber', huberDelta: 0.4 },
] as const;
const activations = ['relu', 'tanh', 'sigmoid'] as const;
const recurrentShapes = [
  {},
  { layers: 3 },
  { inputs: 3, sequenceLength: 1 },
  { inputs: 7, sequenceLength: 7, hiddenSize: 1 },
] as const;

for (const loss of losses) {
  const networks: NeuralSpec[] = [
    logisticSpec(loss),
    ...activations.flatMap((activation) => [0, 0.4].map((dropout) => mlpSpec({ ...loss, activation, dropout }))),
    ...(['lstm', 'gru'] as const).flatMap((type) =>
      recurrentShapes.flatMap((shape) =>
        [0, 0.4].map((dropout) => recurrentSpec({ ...loss, ...shape, type, dropout })),
      ),
    ),
  ];
  for (const spec of networks) {
    test(`the gradient equals finite differences of the loss (${named(spec)})`, () => {
      checkGradient(spec);
    });
  }
}

test('so does the gradient with penalties, of weights and kernels alone', () => {
  for (const spec of [mlpSpec(), logisticSpec(), recurrentSpec(), recurrentSpec({ type: 'gru', layers: 2 })]) {
    checkGradient({ ...spec, l1: 0.03, l2: 0.2 });
  }
});

function named(spec: NeuralSpec): string {
  const { type, loss } = spec;
  const shape = 'layers' in spec ? `${spec.sequenceLength} steps, ${spec.layers} layers, ` : '';
  const activation = 'activation' in spec ? `${spec.activation}, ` : '';
  return `${type}, ${shape}${activation}${loss} ${loss === 'focal' ? spec.focalGamma : ''}, dropout ${dropoutOf(spec)}`;
}

function checkGradient(spec: NeuralSpec): void {
  const rows = 7;
  const random = seededRandom(5);
  const weights = drawnWeights(spec, random);
  const batch = new BatchGradient(spec, weights, rows);
  fill(batch.inputs, () => 2 * random() - 1);
  fill(batch.targets, () => (spec.outputs === 1 ? random() : Math.floor(3 * random())));
  fill(batch.rowWeights, () => 0.5 + random());
  for (const mask of batch.masks) fillDropoutMask(mask, mask.length, dropoutOf(spec), random);
  const objective = () => batch.compute() / batch.weight() + penalty(spec, weights);
  objective();
  const gradient = batch.gradient.slice();
  const largest = Math.max(...gradient.map(Math.abs));
  weights.forEach((weight, i) => {
    const at = (offset: number) => {
      weights[i] = weight + offset;
      return objective();
    };
    const step = 1e-4;
    const slope = (8 * (at(step) - at(-step)) - (at(2 * step) - at(-2 * step))) / (12 * step);
    weights[i] = weight;
    const error = Math.abs(slope - gradient[i]) / Math.max(Math.abs(gradient[i]), 1e-2 * largest);
    assert.ok(error < 1e-6, `weight ${i}: ${gradient[i]}, by differences ${slope}`);
  });
}

/** Initial weights with biases that are not 0, and none so near 0 that |w| turns within the differences. */
function drawnWeights(spec: NeuralSpec, random: Random): Float64Array {
  const network = neuralNetworkOf(spec);
  const weights = network.initialWeights(spec);
  for (const { shape, values } of viewsOf(network.tensors(spec), weights)) {
    if (shape.length === 1) fill(values, () => random() - 0.5);
    for (let i = 0; i < values.length; i++) if (Math.abs(values[i]) < 0.001) values[i] = 0.001;
  }
  return weights;
}

function penalty(spec: NeuralSpec, weights: Float64Array): number {
  let sum = 0;
  for (const { shape, values } of viewsOf(neuralNetworkOf(spec).tensors(spec), weights)) {
    if (shape.length === 2)
      for (const weight of values) sum += spec.l1 * Math.abs(weight) + (spec.l2 * weight ** 2) / 2;
  }
  return sum;
}

function fill(values: Float64Array, draw: () => number): void {
  for (let i = 0; i < values.length; i++) values[i] = draw();
}
