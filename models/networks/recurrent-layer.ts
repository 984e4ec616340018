import { columnSums, PassBack } from './dense.ts';
import { multiply } from './matrix.ts';

/** One recurrent layer's tensors, as views on a network's weights or on their gradient (layout: recurrent.ts). */
export interface RecurrentWeights {
  readonly kernel: Float64Array;
  readonly recurrent: Float64Array;
  readonly biases: Float64Array;
}

export interface RecurrentShape {
  readonly steps: number;
  readonly rows: number;
  /** Of one step. */
  readonly inputs: number;
  readonly units: number;
}

/** Forward and backward over a batch of sequences; sequences are steps x rows x units, so that a step is contiguous. */
export interface RecurrentLayer {
  /** h' of every step: steps x rows x units. */
  readonly outputs: Float64Array;
  forward(inputs: Float64Array): void;
  /**
   * After `forward` with the same inputs, given the gradient of the loss by the outputs (steps x rows x units, left
   * alone): fills the gradient by the weights, and by the inputs into `inputDelta` unless that is null.
   */
  backward(inputs: Float64Array, delta: Float64Array, inputDelta: Float64Array | null): void;
}

/** A sequence's steps as views. */
export function stepsOf(sequence: Float64Array, steps: number): Float64Array[] {
  const size = sequence.length / steps;
  return Array.from({ length: steps }, (_, step) => sequence.subarray(step * size, (step + 1) * size));
}

/** What the inputs add to all gates of all steps, forward and backward: the part outside the recurrence. */
export class InputProjection {
  readonly #inputs: number;
  readonly #columns: number;
  readonly #rows: number;
  readonly #back: PassBack;

  constructor({ steps, rows, inputs, units }: RecurrentShape, gates: number) {
    this.#inputs = inputs;
    this.#columns = gates * units;
    this.#rows = steps * rows;
    this.#back = new PassBack(inputs, this.#columns);
  }

  /** gates = inputs kernel + biases, for every step and row. */
  forward({ kernel, biases }: RecurrentWeights, values: Float64Array, gates: Float64Array): void {
    const left = { values, rowStride: this.#inputs, columnStride: 1 };
    multiply(gates, left, kernel, biases, this.#rows, this.#inputs, this.#columns);
  }

  /** Fills the gradient by kernel and biases, given that by the gates before their sigmoid or tanh. */
  gradient({ kernel, biases }: RecurrentWeights, values: Float64Array, delta: Float64Array): void {
    const left = { values, rowStride: 1, columnStride: this.#inputs };
    multiply(kernel, left, delta, null, this.#inputs, this.#rows, this.#columns);
    columnSums(biases, delta, this.#rows, this.#columns);
  }

  backward({ kernel }: RecurrentWeights, delta: Float64Array, inputDelta: Float64Array): void {
    this.#back.load(kernel);
    this.#back.run(delta, this.#rows, inputDelta);
  }
}

export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
