import type { NeuralSpec } from '../spec.ts';
import type { BatchPass, NeuralNetwork } from './neural-network.ts';

const chunkRows = 64;

/** Outputs (rows x spec.outputs) for many rows, without dropout; what a row gives does not depend on the others. */
export function outputsByChunks<Spec extends NeuralSpec>(
  network: NeuralNetwork<Spec>,
  spec: Spec,
  weights: Float64Array,
  features: Float64Array,
  rows: number,
): Float64Array {
  const outputs = new Float64Array(rows * spec.outputs);
  let pass: BatchPass | null = null;
  for (let row = 0; row < rows; row += chunkRows) {
    const count = Math.min(chunkRows, rows - row);
    if (pass === null || count < chunkRows) pass = network.pass(spec, weights, count, 0);
    pass.inputs.set(features.subarray(row * spec.inputs, (row + count) * spec.inputs));
    outputs.set(pass.forward(), row * spec.outputs);
  }
  if (spec.task === 'classification') softmax(outputs, rows, spec.outputs);
  return outputs;
}

/** Turns plain outputs into probabilities, row by row, in place. */
export function softmax(values: Float64Array, rows: number, columns: number): void {
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
