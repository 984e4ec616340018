import { padded } from './memory';

/** What feeds a layer and what a layer feeds: `steps` matrices of rows x width, one behind the other. */
export abstract class Layer {
  steps: i32 = 1;
  /** Columns in use, and with what fills the last strip up. */
  units: i32 = 0;
  width: usize = 0;
  values: usize = 0;
  /** Gradient of the loss by the values, which the next layer fills; 0: not wanted. */
  delta: usize = 0;

  /** Rows of the weights that read the values. */
  @inline
  height(): i32 {
    return padded(this.units);
  }

  /** Bytes of one step. */
  @inline
  size(rows: usize): usize {
    return (rows * this.width) << 2;
  }

  @inline
  valuesAt(step: i32, rows: usize): usize {
    return this.values + <usize>step * this.size(rows);
  }

  @inline
  deltaAt(step: i32, rows: usize): usize {
    return this.delta + <usize>step * this.size(rows);
  }

  /** `rows` is a multiple of four, of which the first `used` count. Dropout only in training. */
  abstract forward(rows: usize, used: usize, training: bool): void;

  /** After `forward` in training: fills the gradient of the weights, and `delta` of the layer before. */
  abstract backward(rows: usize): void;
}
