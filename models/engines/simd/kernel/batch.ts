import { Layer } from './layer';
import { reserve, wholeStrips } from './memory';

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
    this.width = wholeStrips(features);
    this.steps = steps;
    this.values = reserve(<f64>rows * <f64>steps * <f64>this.width);
    this.targets = reserve(rows);
    this.weights = reserve(rows);
  }

  /** Takes the rows numbered at `order`; what fills the batch up to `rows` is 0. */
  gather(from: Rows, order: usize, used: usize, rows: usize): void {
    const rowSize = (<usize>this.steps * this.width) << 2;
    const features = from.features;
    const targets = from.targets;
    const weights = from.weights;
    for (let row: usize = 0; row < used; row++) {
      const source = <usize>load<u32>(order + (row << 2));
      copyRow(this.values + (row << 5), features + source * rowSize, rowSize, rows << 5);
      store<f32>(this.targets + (row << 2), load<f32>(targets + (source << 2)));
      store<f32>(this.weights + (row << 2), load<f32>(weights + (source << 2)));
    }
    for (let row = used; row < rows; row++) this.clearRow(row, rows);
  }

  private clearRow(row: usize, rows: usize): void {
    const strips = (<usize>this.steps * this.width) >> 3;
    let to = this.values + (row << 5);
    for (let strip: usize = 0; strip < strips; strip++, to += rows << 5) memory.fill(to, 0, 32);
  }

  forward(_rows: usize, _used: usize, _training: bool): void {}

  backward(_rows: usize): void {}
}

@inline
function copyRow(to: usize, from: usize, size: usize, strip: usize): void {
  for (const end = from + size; from < end; from += 32, to += strip) {
    const a = v128.load(from);
    const b = v128.load(from, 16);
    v128.store(to, a);
    v128.store(to, b, 16);
  }
}
