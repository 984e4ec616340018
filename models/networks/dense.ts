import { multiply, transpose } from './matrix.ts';

/** One dense layer, as views on a network's weights or on their gradient. */
export interface DenseLayer {
  readonly inputs: number;
  readonly outputs: number;
  /** inputs x outputs, row-major: the weights that leave one input stand together. */
  readonly weights: Float64Array;
  readonly biases: Float64Array;
}

/** target (rows x outputs) = values weights + biases. */
export function denseForward(layer: DenseLayer, values: Float64Array, rows: number, target: Float64Array): void {
  const { inputs, outputs, weights, biases } = layer;
  multiply(target, { values, rowStride: inputs, columnStride: 1 }, weights, biases, rows, inputs, outputs);
}

/** Fills the gradient by weights and biases from what came into the layer and the gradient by what left it. */
export function denseGradient(gradient: DenseLayer, values: Float64Array, delta: Float64Array, rows: number): void {
  const { inputs, outputs, weights, biases } = gradient;
  multiply(weights, { values, rowStride: 1, columnStride: inputs }, delta, null, inputs, rows, outputs);
  columnSums(biases, delta, rows, outputs);
}

/** A matrix product by the transpose of a matrix of weights (inputs x outputs), with memory for that transpose. */
export class PassBack {
  readonly #transposed: Float64Array;
  readonly #inputs: number;
  readonly #outputs: number;

  constructor(inputs: number, outputs: number) {
    this.#transposed = new Float64Array(inputs * outputs);
    this.#inputs = inputs;
    this.#outputs = outputs;
  }

  /** Takes over the weights as they are now. */
  load(weights: Float64Array): void {
    transpose(this.#transposed, weights, this.#inputs, this.#outputs);
  }

  /** target (rows x inputs) = delta (rows x outputs) by the transposed weights. */
  run(delta: Float64Array, rows: number, target: Float64Array): void {
    const left = { values: delta, rowStride: this.#outputs, columnStride: 1 };
    multiply(target, left, this.#transposed, null, rows, this.#outputs, this.#inputs);
  }
}

/** target[j] = the sum of column j of source (rows x columns). */
export function columnSums(target: Float64Array, source: Float64Array, rows: number, columns: number): void {
  for (let j = 0; j < columns; j++) {
    let sum = 0;
    for (let i = j; i < rows * columns; i += columns) sum += source[i];
    target[j] = sum;
  }
}
