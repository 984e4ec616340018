import { reserve } from './memory';

/** A piece of the weights (in strips, or one row of biases) with its gradient and the moments of Adam. */
export class Tensor {
  weights: usize;
  gradient: usize;
  first: usize;
  second: usize;
  rows: usize;
  /** Bytes of each of the four. */
  size: usize;
  isBias: bool;

  constructor(rows: i32, columns: i32) {
    const floats = <f64>rows * <f64>columns;
    this.weights = reserve(floats);
    this.gradient = reserve(floats);
    this.first = reserve(floats);
    this.second = reserve(floats);
    this.size = (<usize>rows * <usize>columns) << 2;
    this.rows = rows;
    this.isBias = rows == 1;
    unchecked((tensors[tensorCount++] = this));
  }

  clearGradient(): void {
    memory.fill(this.gradient, 0, this.size);
  }
}

/** In the order of their making, which is the canonical one. */
export const tensors = new StaticArray<Tensor>(32);
export let tensorCount = 0;
