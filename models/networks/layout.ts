import type { WeightTensor } from '../network.ts';

/** A tensor with its values: a view on a network's weights. */
export interface TensorView extends WeightTensor {
  readonly values: Float64Array;
}

export function sizeOf(tensors: readonly WeightTensor[]): number {
  return tensors.reduce((sum, { shape }) => sum + shape.reduce((size, length) => size * length, 1), 0);
}

/** The tensors as views on `weights`, which hold them one behind the other. */
export function viewsOf(tensors: readonly WeightTensor[], weights: Float64Array): TensorView[] {
  let offset = 0;
  return tensors.map((tensor) => {
    const from = offset;
    offset += sizeOf([tensor]);
    return { ...tensor, values: weights.subarray(from, offset) };
  });
}

/** Fills a tensor with uniform draws in ±bound, in its own (row-major) order. */
export function fillUniform(values: Float64Array, bound: number, random: () => number): void {
  for (let i = 0; i < values.length; i++) values[i] = bound * (2 * random() - 1);
}

/** Bound of a uniform draw by Glorot and Bengio (2010). */
export function glorotBound(fanIn: number, fanOut: number): number {
  return Math.sqrt(6 / (fanIn + fanOut));
}
