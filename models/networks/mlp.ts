import { stream } from '../seeding.ts';
import type { ModelSpec } from '../spec.ts';
import { multiply } from './matrix.ts';

/**
 * Views of one layer's part of the weights. The canonical layout of a network is, layer by layer, its weights
 * (inputs x outputs, row-major: the weights that leave one input stand together) and then its biases.
 */
export interface Layer {
  readonly inputs: number;
  readonly outputs: number;
  readonly weights: Float64Array;
  readonly biases: Float64Array;
}

function widths(spec: ModelSpec): number[] {
  return [spec.inputs, ...spec.hiddenLayers, spec.outputs];
}

export function weightCount(spec: ModelSpec): number {
  const sizes = widths(spec);
  return sizes.slice(1).reduce((count, outputs, i) => count + (sizes[i] + 1) * outputs, 0);
}

/** The layers as views on `weights`, from the inputs to the outputs. */
export function layersOf(spec: ModelSpec, weights: Float64Array): Layer[] {
  const sizes = widths(spec);
  let offset = 0;
  return sizes.slice(1).map((outputs, i) => {
    const inputs = sizes[i];
    const split = offset + inputs * outputs;
    const layer = {
      inputs,
      outputs,
      weights: weights.subarray(offset, split),
      biases: weights.subarray(split, split + outputs),
    };
    offset = split + outputs;
    return layer;
  });
}

/**
 * Seeded initial weights, uniform in ±bound, biases 0. Bound sqrt(6 / inputs) before a relu (He et al. 2015),
 * sqrt(6 / (inputs + outputs)) before tanh, sigmoid and at the output (Glorot and Bengio 2010).
 */
export function initialWeights(spec: ModelSpec): Float64Array {
  const weights = new Float64Array(weightCount(spec));
  const random = stream(spec.seed, 'weights');
  const layers = layersOf(spec, weights);
  layers.forEach((layer, l) => {
    const isRelu = spec.activation === 'relu' && l < layers.length - 1;
    const bound = Math.sqrt(6 / (isRelu ? layer.inputs : layer.inputs + layer.outputs));
    for (let i = 0; i < layer.weights.length; i++) layer.weights[i] = bound * (2 * random() - 1);
  });
  return weights;
}

/** Memory for the outputs of each layer over at most `rows` rows. */
export function createActivations(spec: ModelSpec, rows: number): Float64Array[] {
  return widths(spec)
    .slice(1)
    .map((outputs) => new Float64Array(rows * outputs));
}

/**
 * Runs `rows` rows (row-major `inputs`) through the network and fills `activations`; the last one holds the class
 * probabilities (softmax), or for regression the plain outputs. `masks` multiply the hidden activations (dropout);
 * null outside training.
 */
export function forward(
  spec: ModelSpec,
  layers: readonly Layer[],
  inputs: Float64Array,
  rows: number,
  activations: readonly Float64Array[],
  masks: readonly Float64Array[] | null,
): void {
  let values = inputs;
  for (let l = 0; l < layers.length; l++) {
    const layer = layers[l];
    const output = activations[l];
    const left = { values, rowStride: layer.inputs, columnStride: 1 };
    multiply(output, left, layer.weights, layer.biases, rows, layer.inputs, layer.outputs);
    if (l < layers.length - 1) {
      activate(spec.activation, output, rows * layer.outputs);
      if (masks !== null) applyMask(output, masks[l], rows * layer.outputs);
    }
    values = output;
  }
  if (spec.task === 'classification') softmax(values, rows, spec.outputs);
}

/** Outputs (rows x spec.outputs) of a network for many rows, without dropout. */
export function outputsOf(spec: ModelSpec, weights: Float64Array, features: Float64Array, rows: number): Float64Array {
  const chunk = Math.min(rows, 256);
  const layers = layersOf(spec, weights);
  const activations = createActivations(spec, chunk);
  const last = activations[activations.length - 1];
  const outputs = new Float64Array(rows * spec.outputs);
  for (let row = 0; row < rows; row += chunk) {
    const count = Math.min(chunk, rows - row);
    forward(spec, layers, features.subarray(row * spec.inputs, (row + count) * spec.inputs), count, activations, null);
    outputs.set(last.subarray(0, count * spec.outputs), row * spec.outputs);
  }
  return outputs;
}

function activate(activation: ModelSpec['activation'], values: Float64Array, count: number): void {
  switch (activation) {
    case 'relu':
      for (let i = 0; i < count; i++) if (values[i] < 0) values[i] = 0;
      return;
    case 'tanh':
      for (let i = 0; i < count; i++) values[i] = Math.tanh(values[i]);
      return;
    case 'sigmoid':
      for (let i = 0; i < count; i++) values[i] = 1 / (1 + Math.exp(-values[i]));
  }
}

function applyMask(values: Float64Array, mask: Float64Array, count: number): void {
  for (let i = 0; i < count; i++) values[i] *= mask[i];
}

function softmax(values: Float64Array, rows: number, columns: number): void {
  for (let row = 0; row < rows; row++) {
    const from = row * columns;
    const to = from + columns;
    let largest = values[from];
    for (let i = from + 1; i < to; i++) if (values[i] > largest) largest = values[i];
    let sum = 0;
    for (let i = from; i < to; i++) sum += values[i] = Math.exp(values[i] - largest);
    for (let i = from; i < to; i++) values[i] /= sum;
  }
}
