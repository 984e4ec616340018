import { multiply, transpose } from '../networks/matrix.ts';
import { createActivations, forward, type Layer, layersOf } from '../networks/mlp.ts';
import type { ModelSpec } from '../spec.ts';

/**
 * Forward and backward pass over one batch of an MLP. The caller fills `inputs`, `targets`, `rowWeights` (and `masks`
 * under dropout) and calls `compute`; nothing is allocated after construction.
 */
export class BatchGradient {
  /** capacity x spec.inputs. */
  readonly inputs: Float64Array;
  readonly targets: Float64Array;
  readonly rowWeights: Float64Array;
  /** One mask per hidden layer, capacity x its units; null without dropout. */
  readonly masks: Float64Array[] | null;
  /** Gradient of the batch's mean loss by each weight, in the layout of the weights. */
  readonly gradient: Float64Array;

  readonly #spec: ModelSpec;
  readonly #layers: Layer[];
  readonly #gradients: Layer[];
  readonly #activations: Float64Array[];
  readonly #deltas: Float64Array[];
  readonly #transposed: Float64Array[];

  constructor(spec: ModelSpec, weights: Float64Array, capacity: number) {
    this.inputs = new Float64Array(capacity * spec.inputs);
    this.targets = new Float64Array(capacity);
    this.rowWeights = new Float64Array(capacity).fill(1);
    this.masks = spec.dropout > 0 ? spec.hiddenLayers.map((units) => new Float64Array(capacity * units)) : null;
    this.gradient = new Float64Array(weights.length);
    this.#spec = spec;
    this.#layers = layersOf(spec, weights);
    this.#gradients = layersOf(spec, this.gradient);
    this.#activations = createActivations(spec, capacity);
    this.#deltas = createActivations(spec, capacity);
    this.#transposed = this.#layers.map((layer) => new Float64Array(layer.weights.length));
  }

  /** Fills `gradient` for the first `rows` rows and returns their loss, weighted by row and not yet divided. */
  compute(rows: number): number {
    forward(this.#spec, this.#layers, this.inputs, rows, this.#activations, this.masks);
    const last = this.#layers.length - 1;
    const loss = this.#outputDelta(rows, this.#activations[last], this.#deltas[last]);
    for (let l = last; l >= 0; l--) {
      this.#weightGradient(l, rows);
      if (l > 0) this.#passBack(l, rows);
    }
    return loss;
  }

  /** Sum of the weights of the first `rows` rows. */
  weight(rows: number): number {
    let sum = 0;
    for (let row = 0; row < rows; row++) sum += this.rowWeights[row];
    return sum;
  }

  #outputDelta(rows: number, outputs: Float64Array, delta: Float64Array): number {
    const columns = this.#spec.outputs;
    const total = this.weight(rows);
    const perWeight = total > 0 ? 1 / total : 0;
    const { targets, rowWeights } = this;
    if (this.#spec.loss === 'mse') return meanSquareDelta(outputs, targets, rowWeights, perWeight, rows, delta);
    return crossEntropyDelta(outputs, targets, rowWeights, perWeight, rows, columns, delta);
  }

  #weightGradient(l: number, rows: number): void {
    const { inputs, outputs, weights, biases } = this.#gradients[l];
    const before = l === 0 ? this.inputs : this.#activations[l - 1];
    const delta = this.#deltas[l];
    multiply(weights, { values: before, rowStride: 1, columnStride: inputs }, delta, null, inputs, rows, outputs);
    for (let j = 0; j < outputs; j++) {
      let sum = 0;
      for (let i = j; i < rows * outputs; i += outputs) sum += delta[i];
      biases[j] = sum;
    }
  }

  #passBack(l: number, rows: number): void {
    const { inputs, outputs, weights } = this.#layers[l];
    const delta = this.#deltas[l - 1];
    const transposed = this.#transposed[l];
    transpose(transposed, weights, inputs, outputs);
    const left = { values: this.#deltas[l], rowStride: outputs, columnStride: 1 };
    multiply(delta, left, transposed, null, rows, outputs, inputs);
    if (this.masks !== null) {
      const mask = this.masks[l - 1];
      for (let i = 0; i < rows * inputs; i++) delta[i] *= mask[i];
    }
    timesSlope(this.#spec, delta, this.#activations[l - 1], rows * inputs);
  }
}

function crossEntropyDelta(
  probabilities: Float64Array,
  targets: Float64Array,
  rowWeights: Float64Array,
  perWeight: number,
  rows: number,
  columns: number,
  delta: Float64Array,
): number {
  let loss = 0;
  for (let row = 0; row < rows; row++) {
    const from = row * columns;
    const share = rowWeights[row] * perWeight;
    for (let j = 0; j < columns; j++) delta[from + j] = probabilities[from + j] * share;
    const truth = from + targets[row];
    delta[truth] -= share;
    loss -= rowWeights[row] * Math.log(Math.max(probabilities[truth], Number.MIN_VALUE));
  }
  return loss;
}

function meanSquareDelta(
  outputs: Float64Array,
  targets: Float64Array,
  rowWeights: Float64Array,
  perWeight: number,
  rows: number,
  delta: Float64Array,
): number {
  let loss = 0;
  for (let row = 0; row < rows; row++) {
    const error = outputs[row] - targets[row];
    delta[row] = 2 * error * rowWeights[row] * perWeight;
    loss += rowWeights[row] * error * error;
  }
  return loss;
}

/**
 * Multiplies by the slope of the activation. Under dropout the stored activation of a kept unit is scaled by
 * 1 / (1 - dropout), which is undone here; what a dropped unit gets does not matter, its delta is 0 already.
 */
function timesSlope(spec: ModelSpec, delta: Float64Array, activations: Float64Array, count: number): void {
  const keep = 1 - spec.dropout;
  switch (spec.activation) {
    case 'relu':
      for (let i = 0; i < count; i++) if (!(activations[i] > 0)) delta[i] = 0;
      return;
    case 'tanh':
      for (let i = 0; i < count; i++) delta[i] *= 1 - (activations[i] * keep) ** 2;
      return;
    case 'sigmoid':
      for (let i = 0; i < count; i++) delta[i] *= activations[i] * keep * (1 - activations[i] * keep);
  }
}
