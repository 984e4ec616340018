import { networkOf } from '../../networks/index.ts';
import { sizeOf } from '../../networks/layout.ts';
import type { NeuralSpec } from '../../spec.ts';
import type { Tensor, TensorFlow } from './library.ts';

/** The canonical layout of one model's weights over a stack of them (models x weights). */
export class StackedLayout {
  readonly weightCount: number;

  readonly #tf: TensorFlow;
  readonly #shapes: readonly (readonly number[])[];
  readonly #sizes: readonly number[];

  constructor(tf: TensorFlow, spec: NeuralSpec) {
    const tensors = networkOf(spec).tensors(spec);
    this.#tf = tf;
    this.#shapes = tensors.map(({ shape }) => shape);
    this.#sizes = tensors.map((tensor) => sizeOf([tensor]));
    this.weightCount = sizeOf(tensors);
  }

  /** The tensors, each models x its shape; those of one dimension models x 1 x length. */
  tensorsOf(weights: Tensor): Tensor[] {
    const [models] = weights.shape;
    let from = 0;
    return this.#shapes.map((shape, i) => {
      const part = this.#tf.slice(weights, [0, from], [models, this.#sizes[i]]);
      from += this.#sizes[i];
      return this.#tf.reshape(part, shape.length === 1 ? [models, 1, ...shape] : [models, ...shape]);
    });
  }

  /** The inverse of `tensorsOf`. */
  joined(tensors: readonly Tensor[]): Tensor {
    const flat = tensors.map((tensor, i) => this.#tf.reshape(tensor, [tensor.shape[0], this.#sizes[i]]));
    return this.#tf.concat(flat, 1);
  }

  /** 1 x weights: 1 where penalties apply (tensors of two dimensions), 0 at biases. */
  penalised(): Tensor {
    const marks = new Float32Array(this.weightCount);
    let from = 0;
    this.#shapes.forEach((shape, i) => {
      if (shape.length === 2) marks.fill(1, from, from + this.#sizes[i]);
      from += this.#sizes[i];
    });
    return this.#tf.tensor(marks, [1, this.weightCount], 'float32');
  }
}
