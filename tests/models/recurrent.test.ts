import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '@stratlab/data/random.ts';
import { sizeOf, viewsOf } from '@stratlab/models/networks/layout.ts';
import { recurrentNetwork } from '@stratlab/models/networks/recurrent.ts';
import type { NetworkSpec } from '@stratlab/models/spec.ts';
import { recurrentSpec, regression } from '../specs.ts';

type RecurrentSpec = NetworkSpec<'lstm' | 'gru'>;

const sigma = (x: number) => 1 / (1 + Math.exp(-x));

for (const type of ['lstm', 'gru'] as const) {
  for (const layers of [1, 2, 3]) {
    test(`${type} of ${layers} layers equals the cell's equations, number by number`, () => {
      const spec = recurrentSpec({ ...regression, type, layers, hiddenSize: 6 });
      const weights = drawn(sizeOf(recurrentNetwork.tensors(spec)), 3);
      const features = drawn(70 * spec.inputs, 4);
      recurrentNetwork.outputs(spec, weights, features, 70).forEach((output, row) => {
        const steps = stepsOf(spec, features.subarray(row * spec.inputs, (row + 1) * spec.inputs));
        assert.ok(Math.abs(output - plainOutput(spec, weights, steps)) < 1e-13, `row ${row}`);
      });
    });
  }

  test(`a row's answer by ${type} does not depend on the other rows`, () => {
    const spec = recurrentSpec({ type, layers: 2 });
    const weights = recurrentNetwork.initialWeights(spec);
    const features = drawn(150 * spec.inputs, 6);
    const all = recurrentNetwork.outputs(spec, weights, features, 150);
    for (const row of [0, 63, 64, 149]) {
      const alone = features.subarray(row * spec.inputs, (row + 1) * spec.inputs);
      assert.deepEqual(recurrentNetwork.outputs(spec, weights, alone, 1), all.slice(3 * row, 3 * row + 3));
    }
  });
}

test('an LSTM by hand: one unit, one step, then two', () => {
  const spec = recurrentSpec({ ...regression, inputs: 1, sequenceLength: 1, hiddenSize: 1 });
  // kernel i f g o, recurrent i f g o, biases i f g o, output weight and bias
  const weights = Float64Array.of(1, 2, 3, 4, 0.1, 0.2, 0.3, 0.4, 0.5, 1, -0.5, 0, 2, 10);
  const cell = sigma(1 * 0.5 + 0.5) * Math.tanh(3 * 0.5 - 0.5);
  const hidden = sigma(4 * 0.5) * Math.tanh(cell);
  const [once] = recurrentNetwork.outputs(spec, weights, Float64Array.of(0.5), 1);
  assert.ok(Math.abs(once - (2 * hidden + 10)) < 1e-14);
  const next =
    sigma(2 * -1 + 0.2 * hidden + 1) * cell +
    sigma(1 * -1 + 0.1 * hidden + 0.5) * Math.tanh(3 * -1 + 0.3 * hidden - 0.5);
  const last = sigma(4 * -1 + 0.4 * hidden) * Math.tanh(next);
  const twoSteps = { ...spec, inputs: 2, sequenceLength: 2 };
  const [twice] = recurrentNetwork.outputs(twoSteps, weights, Float64Array.of(0.5, -1), 1);
  assert.ok(Math.abs(twice - (2 * last + 10)) < 1e-14);
});

test('a GRU by hand: one unit, two steps, the reset before the product', () => {
  const spec = recurrentSpec({ ...regression, type: 'gru', inputs: 2, sequenceLength: 2, hiddenSize: 1 });
  // kernel z r n, recurrent z r n, biases z r n, output weight and bias
  const weights = Float64Array.of(1, 2, 3, 0.1, 0.2, 0.3, 0.5, 1, -0.5, 2, 10);
  const first = (1 - sigma(0.5 + 0.5)) * Math.tanh(3 * 0.5 - 0.5);
  const z = sigma(-1 + 0.1 * first + 0.5);
  const r = sigma(-2 + 0.2 * first + 1);
  const last = z * first + (1 - z) * Math.tanh(-3 + 0.3 * (r * first) - 0.5);
  const [output] = recurrentNetwork.outputs(spec, weights, Float64Array.of(0.5, -1), 1);
  assert.ok(Math.abs(output - (2 * last + 10)) < 1e-14);
});

test('inputs that are no whole steps are refused', () => {
  assert.throws(() => recurrentNetwork.tensors(recurrentSpec({ inputs: 13 })), {
    code: 'invalid_input',
    message: '13 inputs are not 4 steps of as many features (lstm).',
  });
});

function drawn(count: number, seed: number): Float64Array {
  const random = seededRandom(seed);
  return Float64Array.from({ length: count }, () => 2 * random() - 1);
}

function stepsOf({ inputs, sequenceLength }: RecurrentSpec, row: Float64Array): number[][] {
  const width = inputs / sequenceLength;
  return Array.from({ length: sequenceLength }, (_, step) => [...row.subarray(step * width, (step + 1) * width)]);
}

/** The network written out for one row, on plain lists. */
function plainOutput(spec: RecurrentSpec, weights: Float64Array, steps: number[][]): number {
  const tensors = viewsOf(recurrentNetwork.tensors(spec), weights).map(({ values }) => values);
  let sequence = steps;
  for (let layer = 0; layer < spec.layers; layer++) {
    const [kernel, recurrent, biases] = tensors.slice(3 * layer);
    sequence = (spec.type === 'lstm' ? plainLstm : plainGru)(sequence, spec.hiddenSize, kernel, recurrent, biases);
  }
  const [output, bias] = tensors.slice(3 * spec.layers);
  return sequence[sequence.length - 1].reduce((sum, hidden, unit) => sum + hidden * output[unit], bias[0]);
}

type PlainLayer = (
  steps: number[][],
  units: number,
  kernel: Float64Array,
  recurrent: Float64Array,
  biases: Float64Array,
) => number[][];

const plainLstm: PlainLayer = (steps, units, kernel, recurrent, biases) => {
  let hidden = Array<number>(units).fill(0);
  let cells = hidden;
  return steps.map((inputs) => {
    const before = hidden;
    const gate = (k: number, unit: number) =>
      weighed(inputs, kernel, 4 * units, k * units + unit) +
      weighed(before, recurrent, 4 * units, k * units + unit) +
      biases[k * units + unit];
    cells = cells.map((cell, u) => sigma(gate(1, u)) * cell + sigma(gate(0, u)) * Math.tanh(gate(2, u)));
    hidden = cells.map((cell, u) => sigma(gate(3, u)) * Math.tanh(cell));
    return hidden;
  });
};

const plainGru: PlainLayer = (steps, units, kernel, recurrent, biases) => {
  let hidden = Array<number>(units).fill(0);
  return steps.map((inputs) => {
    const before = hidden;
    const gate = (k: number, unit: number, state: number[]) =>
      weighed(inputs, kernel, 3 * units, k * units + unit) +
      weighed(state, recurrent, 3 * units, k * units + unit) +
      biases[k * units + unit];
    const reset = before.map((value, u) => sigma(gate(1, u, before)) * value);
    hidden = before.map((value, u) => {
      const z = sigma(gate(0, u, before));
      return z * value + (1 - z) * Math.tanh(gate(2, u, reset));
    });
    return hidden;
  });
};

function weighed(values: number[], matrix: Float64Array, columns: number, column: number): number {
  return values.reduce((sum, value, i) => sum + value * matrix[i * columns + column], 0);
}
