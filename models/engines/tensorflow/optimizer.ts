import type { NeuralSpec } from '../../spec.ts';
import { coupledDecay, nextStep } from '../stacked/adam-steps.ts';
import type { Tensor, TensorFlow } from './library.ts';

/** Weights and moments of a stack, each models x weights of a model. */
export interface Moments {
  readonly weights: Tensor;
  readonly first: Tensor;
  readonly second: Tensor;
}

/** The gradient with each model's Euclidean norm at most `limit`. */
export function clipped(tf: TensorFlow, gradient: Tensor, limit: number): Tensor {
  const norms = tf.sqrt(tf.sum(tf.square(gradient), [1], true));
  return tf.mul(gradient, tf.minimum(1, tf.div(limit, norms)));
}

/** One step of engines/optimizer.ts; moves each model's powers on. */
export function stepped(
  tf: TensorFlow,
  spec: NeuralSpec,
  { weights, first, second }: Moments,
  gradient: Tensor,
  powers: readonly Float64Array[],
  learningRates: readonly number[],
): Moments {
  const steps = powers.map((power, place) => nextStep(spec, power, learningRates[place]));
  const column = (of: 'scale' | 'correction' | 'shrink') =>
    tf.tensor(
      Float32Array.from(steps, (step) => step[of]),
      [steps.length, 1],
      'float32',
    );
  const decay = coupledDecay(spec);
  const slope = decay === 0 ? gradient : tf.add(gradient, tf.mul(decay, weights));
  if (spec.optimizer === 'sgd') return { weights: tf.sub(weights, tf.mul(column('scale'), slope)), first, second };
  const mean = tf.add(tf.mul(0.9, first), tf.mul(1 - 0.9, slope));
  const square = tf.add(tf.mul(0.999, second), tf.mul(1 - 0.999, tf.square(slope)));
  const spread = tf.add(tf.sqrt(tf.mul(square, column('correction'))), 1e-8);
  const move = tf.div(tf.mul(column('scale'), mean), spread);
  const left = spec.optimizer === 'adamw' ? tf.mul(weights, column('shrink')) : weights;
  return { weights: tf.sub(left, move), first: mean, second: square };
}
