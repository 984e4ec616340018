import type { LossSpec } from '../losses.ts';
import type { Tensor, TensorFlow } from './library.ts';

/** Keeps a power of 0 below 1 finite; what it is multiplied with is 0 then. */
const tiny = 1e-30;

/** Losses of every model's rows. */
export interface RowLosses {
  /** models x rows x 1, unweighted. */
  readonly losses: Tensor;
  /** The gradient by the plain outputs of a sum of losses weighted by `shares` (models x rows x 1). */
  delta(shares: Tensor): Tensor;
}

/**
 * The losses of engines/losses.ts, given the plain outputs and what is wanted (models x rows x outputs: 1 at the row's
 * class and 0 elsewhere, or the target).
 */
export function rowLosses(tf: TensorFlow, spec: LossSpec, outputs: Tensor, wanted: Tensor): RowLosses {
  switch (spec.loss) {
    case 'cross_entropy':
    case 'focal':
      return logLosses(tf, spec, outputs, wanted);
    case 'mse': {
      const error = tf.sub(outputs, wanted);
      return { losses: tf.square(error), delta: (shares) => tf.mul(tf.mul(2, error), shares) };
    }
    case 'huber': {
      const error = tf.sub(outputs, wanted);
      const size = tf.abs(error);
      const inner = tf.minimum(size, spec.huberDelta);
      const delta = (shares: Tensor) => tf.mul(tf.clipByValue(error, -spec.huberDelta, spec.huberDelta), shares);
      return { losses: tf.mul(inner, tf.sub(size, tf.div(inner, 2))), delta };
    }
  }
}

function logLosses(tf: TensorFlow, { loss, focalGamma: gamma }: LossSpec, outputs: Tensor, wanted: Tensor): RowLosses {
  const logs = tf.logSoftmax(outputs);
  const log = tf.sum(tf.mul(logs, wanted), [2], true);
  const delta = (shares: Tensor) => tf.mul(tf.sub(tf.exp(logs), wanted), shares);
  if (loss === 'cross_entropy') return { losses: tf.neg(log), delta };
  const rest = tf.relu(tf.neg(tf.expm1(log)));
  const factor = tf.pow(rest, gamma);
  const focalDelta = (shares: Tensor) => {
    const fall = tf.mul(tf.mul(gamma, tf.exp(log)), tf.pow(tf.maximum(rest, tiny), gamma - 1));
    return delta(tf.mul(shares, tf.sub(factor, tf.mul(fall, log))));
  };
  return { losses: tf.neg(tf.mul(factor, log)), delta: focalDelta };
}
