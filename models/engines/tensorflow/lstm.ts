import { slope } from './dense.ts';
import type { Tensor, TensorFlow } from './library.ts';
import type { CellState, CellStep } from './recurrent.ts';

/** Steps of a layer of LSTM cells with these recurrent weights (equations: networks/recurrent.ts). */
export function lstmStep(tf: TensorFlow, recurrent: Tensor) {
  const forward = (fromInputs: Tensor, before: CellState): CellStep => {
    const sums = tf.split(tf.add(fromInputs, tf.matMul(before.hidden, recurrent, false, false)), 4, 2);
    const [i, f, o] = [0, 1, 3].map((gate) => tf.sigmoid(sums[gate]));
    const g = tf.tanh(sums[2]);
    const cell = tf.add(tf.mul(f, before.cell), tf.mul(i, g));
    const tanhCell = tf.tanh(cell);
    const backward = (delta: CellState) => {
      const byCell = tf.add(delta.cell, tf.mul(tf.mul(delta.hidden, o), slope(tf, 'tanh', tanhCell)));
      const gates = tf.concat(
        [
          tf.mul(tf.mul(byCell, g), slope(tf, 'sigmoid', i)),
          tf.mul(tf.mul(byCell, before.cell), slope(tf, 'sigmoid', f)),
          tf.mul(tf.mul(byCell, i), slope(tf, 'tanh', g)),
          tf.mul(tf.mul(delta.hidden, tanhCell), slope(tf, 'sigmoid', o)),
        ],
        2,
      );
      return { gates, before: { hidden: tf.matMul(gates, recurrent, false, true), cell: tf.mul(byCell, f) } };
    };
    return { state: { hidden: tf.mul(o, tanhCell), cell }, backward };
  };
  /** Given h before every step and the gradient by the gates of every step. */
  const recurrentGradient = (hidden: Tensor, gates: Tensor) => tf.matMul(hidden, gates, true, false);
  return { forward, recurrentGradient };
}
