import { Layer } from './layer';
import { padded, reserve } from './memory';

/** Rows of a data set: `steps` times `width` features each (every step filled up to whole strips). */
export class Rows {
  features: usize;
  targets: usize;
  weights: usize;

  constructor(rows: i32, steps: i32, width: i32) {
    this.features = reserve(<f64>rows * <f64>steps * <f64>width);
    this.targets = reserve(rows);
    this.weights = reserve(rows);
  }
}

/** The rows in hand, as the first layer reads them. */
export class Batch extends Layer {
  targets: usize;
  weights: usize;

  constructor(features: i32, steps: i32, rows: i32) {
    super();
    this.units = features;
    this.width = padded(features);
    this.steps = steps;
    this.values = reserve(<f64>rows * <f64>steps * <f64>this.width);
    this.targets = reserve(rows);
    this.weights = reserve(rows);
  }

  /** Takes the rows numbered at `order`; what fills the batch up to `rows` is 0. */
  gather(from: Rows, order: usize, used: usize, rows: usize): void {
    for (let row: usize = 0; row < used; row++) {
      const source = <usize>load<u32>(order + (row << 2));
      this.copyRow(from.features + source * this.rowSize(), row, rows);
      store<f32>(this.targets + (row << 2), load<f32>(from.targets + (source << 2)));
      store<f32>(this.weights + (row << 2), load<f32>(from.weights + (source << 2)));
    }
    for (let row = used; row < rows; row++) this.clearRow(row, rows);
  }

  @inline
  private rowSize(): usize {
    return (<usize>this.steps * this.width) << 2;
  }

  private copyRow(from: usize, row: usize, rows: usize): void {
    let to = this.values + (row << 4);
    for (const end = from + this.rowSize(); from < end; from += 16, to += rows << 4) v128.store(to, v128.load(from));
  }

  private clearRow(row: usize, rows: usize): void {
    const strips = (<usize>this.steps * this.width) >> 2;
    let to = this.values + (row << 4);
    for (let strip: usize = 0; strip < strips; strip++, to += rows << 4) v128.store(to, f32x4.splat(0));
  }

  forward(_rows: usize, _used: usize, _training: bool): void {}

  backward(_rows: usize): void {}
}
