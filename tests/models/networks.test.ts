import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '@stratlab/data/random.ts';
import { clipGradient } from '@stratlab/models/engines/optimizer.ts';
import { networks } from '@stratlab/models/networks/index.ts';
import { sizeOf, viewsOf } from '@stratlab/models/networks/layout.ts';
import { multiply, transpose } from '@stratlab/models/networks/matrix.ts';
import { layersOf, mlpNetwork } from '@stratlab/models/networks/mlp.ts';
import { recurrentNetwork } from '@stratlab/models/networks/recurrent.ts';
import { fillDropoutMask, fillOrder, stream } from '@stratlab/models/seeding.ts';
import { modelSpecSchema } from '@stratlab/models/spec.ts';
import fc from 'fast-check';
import { logisticSpec, mlpSpec, recurrentSpec, regression } from '../specs.ts';

const { initialWeights, outputs: outputsOf } = mlpNetwork;

const spec = mlpSpec({ activation: 'tanh', seed: 3 });

test('the weights lie layer by layer, inputs x outputs, then the biases', () => {
  const weights = Float64Array.from({ length: sizeOf(mlpNetwork.tensors(spec)) }, (_, i) => i);
  const [first, second, third] = layersOf(spec, weights);
  assert.deepEqual([first.weights.length, first.biases[0], second.weights[0], third.biases[2]], [15, 15, 20, 58]);
  assert.equal(weights.length, 59);
  assert.deepEqual(mlpNetwork.tensors(logisticSpec({ inputs: 6 })), [
    { name: 'layers.0.weights', shape: [6, 3] },
    { name: 'layers.0.biases', shape: [3] },
  ]);
});

test('a network by hand: two inputs, one hidden layer, regression', () => {
  const small = mlpSpec({ ...regression, inputs: 2, hiddenLayers: [2] });
  const weights = Float64Array.of(1, -1, 2, 1, 0.5, 0, 3, 4, -1);
  const outputs = outputsOf(small, weights, Float64Array.of(1, 2, -3, 0), 2);
  // Row 1: hidden relu(1 + 4 + 0.5, -1 + 2) = (5.5, 1); row 2: relu(-2.5, 3) = (0, 3).
  assert.deepEqual([...outputs], [3 * 5.5 + 4 - 1, 4 * 3 - 1]);
});

test('class probabilities sum to one, also for huge inputs, and do not depend on the other rows', () => {
  const weights = initialWeights(spec);
  const features = Float64Array.from({ length: 3 * 700 }, (_, i) => Math.sin(i) * (i < 300 ? 1e6 : 1));
  const outputs = outputsOf(spec, weights, features, 700);
  for (let row = 0; row < 700; row++) {
    const [a, b, c] = outputs.subarray(3 * row, 3 * row + 3);
    assert.ok(Math.abs(a + b + c - 1) < 1e-12);
    assert.deepEqual(outputsOf(spec, weights, features.subarray(3 * row, 3 * row + 3), 1), Float64Array.of(a, b, c));
  }
});

test('initial weights stay within the bounds of He and Glorot, with biases of 0', () => {
  for (const activation of ['relu', 'tanh', 'sigmoid'] as const) {
    const wide = { ...spec, activation, hiddenLayers: [200, 50] };
    const [first, , last] = layersOf(wide, initialWeights(wide));
    const bound = Math.sqrt(6 / (activation === 'relu' ? 3 : 203));
    const sizes = first.weights.map(Math.abs);
    assert.ok(sizes.every((size) => size <= bound) && sizes.some((size) => size > 0.98 * bound));
    assert.ok(last.weights.every((weight) => Math.abs(weight) <= Math.sqrt(6 / 53)));
    assert.ok(first.biases.every((bias) => bias === 0));
  }
});

test('products agree with the plain triple loop for any shape', () => {
  const size = fc.integer({ min: 1, max: 11 });
  fc.assert(
    fc.property(size, size, size, fc.boolean(), fc.boolean(), (rows, inner, columns, biased, transposed) => {
      const random = seededRandom(rows * 1000 + inner * 100 + columns);
      const fill = (count: number) => Float64Array.from({ length: count }, () => random() - 0.5);
      const [a, b, bias] = [fill(rows * inner), fill(inner * columns), fill(columns)];
      const flipped = new Float64Array(a.length);
      transpose(flipped, a, rows, inner);
      const left = transposed
        ? { values: flipped, rowStride: 1, columnStride: rows }
        : { values: a, rowStride: inner, columnStride: 1 };
      const target = new Float64Array(rows * columns).fill(Number.NaN);
      multiply(target, left, b, biased ? bias : null, rows, inner, columns);
      target.forEach((value, at) => {
        const [i, j] = [Math.floor(at / columns), at % columns];
        let sum = biased ? bias[j] : 0;
        for (let k = 0; k < inner; k++) sum += a[i * inner + k] * b[k * columns + j];
        assert.equal(value, sum);
      });
    }),
    { numRuns: 200, seed: 1 },
  );
});

test('a gradient longer than the limit is scaled to it, a shorter one left alone', () => {
  const gradient = Float64Array.of(3, 4);
  clipGradient(gradient, 10);
  assert.deepEqual([...gradient], [3, 4]);
  clipGradient(gradient, 1);
  assert.ok(Math.abs(gradient[0] - 0.6) < 1e-15 && Math.abs(gradient[1] - 0.8) < 1e-15);
});

test('the order of an epoch is a permutation that depends on seed and epoch alone', () => {
  const order = (seed: number, epoch: number) => {
    const rows = new Int32Array(50);
    fillOrder(rows, seed, epoch);
    return rows;
  };
  assert.deepEqual(order(1, 3), order(1, 3));
  assert.notDeepEqual(order(1, 3), order(1, 4));
  assert.notDeepEqual(order(1, 3), order(2, 3));
  assert.deepEqual(
    [...order(9, 9)].toSorted((a, b) => a - b),
    [...Array(50).keys()],
  );
});

test('a dropout mask keeps the right share and preserves the mean', () => {
  const mask = new Float64Array(20_000);
  fillDropoutMask(mask, mask.length, 0.2, stream(1, 'dropout', 1));
  const kept = mask.filter((value) => value > 0);
  assert.ok(Math.abs(kept.length / mask.length - 0.8) < 0.02);
  assert.ok(kept.every((value) => value === 1.25));
});

test('the seeded bits never change: they are what later engines and old results rely on', () => {
  const random = stream(7, 'weights');
  assert.deepEqual([random(), random()], [0.1892007344868034, 0.8171829557977617]);
  const order = new Int32Array(8);
  fillOrder(order, 7, 1);
  assert.deepEqual([...order], [3, 2, 1, 5, 0, 6, 4, 7]);
});

test('every type of the spec has one network in the catalogue', () => {
  const types = modelSpecSchema.options.flatMap(({ shape }) => {
    const { type } = shape;
    return 'options' in type ? type.options : [type.value];
  });
  assert.deepEqual(networks.flatMap((network) => network.types).toSorted(), types.toSorted());
});

test('recurrent weights start within the bounds of Glorot for one gate, forget gates open', () => {
  const wide = recurrentSpec({ inputs: 80, hiddenSize: 30, layers: 2 });
  const views = viewsOf(recurrentNetwork.tensors(wide), recurrentNetwork.initialWeights(wide));
  const bounds: Record<string, number> = {
    'recurrent.0.kernel': 6 / (20 + 30),
    'recurrent.1.kernel': 6 / (30 + 30),
    'recurrent.0.recurrent': 6 / (30 + 30),
    'recurrent.1.recurrent': 6 / (30 + 30),
    'output.weights': 6 / (30 + 3),
  };
  for (const { name, shape, values } of views.filter((view) => view.name in bounds)) {
    const bound = Math.sqrt(bounds[name]);
    const largest = Math.max(...values.map(Math.abs));
    assert.ok(shape.length === 2 && largest <= bound && largest > 0.95 * bound, name);
  }
  const biases = views.find(({ name }) => name === 'recurrent.1.biases');
  assert.deepEqual(
    [...(biases?.values ?? [])],
    [...Array(120).keys()].map((k) => (k >= 30 && k < 60 ? 1 : 0)),
  );
  const gru = recurrentSpec({ type: 'gru' });
  const gates = viewsOf(recurrentNetwork.tensors(gru), recurrentNetwork.initialWeights(gru))[2];
  assert.deepEqual([...gates.values], Array(15).fill(0));
});
