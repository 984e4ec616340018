import type { NetworkSpec } from '../../spec.ts';
import type { Tensor, TensorFlow } from './library.ts';
import type { StackedBatch, StackedPass } from './stacked-network.ts';

type DenseSpec = NetworkSpec<'mlp' | 'logistic'>;
type Activation = NetworkSpec<'mlp'>['activation'];

/** The layers of networks/mlp.ts over a stack. */
export function forwardDense(tf: TensorFlow, spec: DenseSpec, { weights, inputs, masks }: StackedBatch): StackedPass {
  const layers = weights.length / 2;
  const activation = spec.type === 'mlp' ? spec.activation : 'relu';
  const before: Tensor[] = [inputs];
  /** Before dropout. */
  const activated: Tensor[] = [];
  for (let l = 0; l < layers - 1; l++) {
    activated[l] = tf[activation](affine(tf, before[l], weights[2 * l], weights[2 * l + 1]));
    before[l + 1] = masks.length > 0 ? tf.mul(activated[l], masks[l]) : activated[l];
  }
  const backward = (outputDelta: Tensor) => {
    const gradients: Tensor[] = [];
    let delta = outputDelta;
    for (let l = layers - 1; l >= 0; l--) {
      gradients.unshift(tf.matMul(before[l], delta, true, false), tf.sum(delta, [1], true));
      if (l === 0) break;
      const passed = tf.matMul(delta, weights[2 * l], false, true);
      const masked = masks.length > 0 ? tf.mul(passed, masks[l - 1]) : passed;
      delta = tf.mul(masked, slope(tf, activation, activated[l - 1]));
    }
    return gradients;
  };
  const last = 2 * layers - 2;
  return { outputs: affine(tf, before[layers - 1], weights[last], weights[last + 1]), backward };
}

/** values weights + biases. */
export function affine(tf: TensorFlow, values: Tensor, weights: Tensor, biases: Tensor): Tensor {
  return tf.add(tf.matMul(values, weights, false, false), biases);
}

/** The activation's slope, out of what it gave. */
export function slope(tf: TensorFlow, activation: Activation, activated: Tensor): Tensor {
  switch (activation) {
    case 'relu':
      return tf.step(activated);
    case 'tanh':
      return tf.sub(1, tf.square(activated));
    case 'sigmoid':
      return tf.mul(activated, tf.sub(1, activated));
  }
}
