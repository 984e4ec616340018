import { slope } from './dense.ts';
import type { Tensor, TensorFlow } from './library.ts';
import type { CellState, CellStep } from './recurrent.ts';

/** Steps of a layer of GRU cells with these recurrent weights (equations: networks/recurrent.ts). */
export function gruStep(tf: TensorFlow, recurrent: Tensor) {
  const [models, units] = recurrent.shape;
  const pairWeights = tf.slice(recurrent, [0, 0, 0], [models, units, 2 * units]);
  const candidateWeights = tf.slice(recurrent, [0, 0, 2 * units], [models, units, units]);
  /** r h of every step, newest last. */
  const resets: Tensor[] = [];
  const forward = (fromInputs: Tensor, { hidden }: CellState): CellStep => {
    const [zInputs, rInputs, nInputs] = tf.split(fromInputs, 3, 2);
    const [zState, rState] = tf.split(tf.matMul(hidden, pairWeights, false, false), 2, 2);
    const z = tf.sigmoid(tf.add(zInputs, zState));
    const r = tf.sigmoid(tf.add(rInputs, rState));
    const reset = tf.mul(r, hidden);
    resets.push(reset);
    const n = tf.tanh(tf.add(nInputs, tf.matMul(reset, candidateWeights, false, false)));
    const after = tf.add(tf.mul(z, hidden), tf.mul(tf.sub(1, z), n));
    const backward = (delta: CellState) => {
      const byN = tf.mul(tf.mul(delta.hidden, tf.sub(1, z)), slope(tf, 'tanh', n));
      const byReset = tf.matMul(byN, candidateWeights, false, true);
      const byZ = tf.mul(tf.mul(delta.hidden, tf.sub(hidden, n)), slope(tf, 'sigmoid', z));
      const byR = tf.mul(tf.mul(byReset, hidden), slope(tf, 'sigmoid', r));
      const fromPair = tf.matMul(tf.concat([byZ, byR], 2), pairWeights, false, true);
      const direct = tf.add(tf.mul(delta.hidden, z), tf.mul(byReset, r));
      const before = { hidden: tf.add(direct, fromPair), cell: delta.cell };
      return { gates: tf.concat([byZ, byR, byN], 2), before };
    };
    return { state: { hidden: after, cell: hidden }, backward };
  };
  /** Given h before every step and the gradient by the gates of every step. */
  const recurrentGradient = (hidden: Tensor, gates: Tensor) => {
    const [byZ, byR, byN] = tf.split(gates, 3, 2);
    const pair = tf.matMul(hidden, tf.concat([byZ, byR], 2), true, false);
    return tf.concat([pair, tf.matMul(tf.concat(resets, 1), byN, true, false)], 2);
  };
  return { forward, recurrentGradient };
}
