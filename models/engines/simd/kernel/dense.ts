import { activate, LINEAR, timesSlope } from './activation';
import { addRows } from './add-rows';
import { applyMask, drawMask, drops, keptShare } from './dropout';
import { Layer } from './layer';
import { reserve, wholeStrips } from './memory';
import { setProduct, setProductPlus } from './product';
import { Tensor } from './tensor';
import { transpose } from './transpose';

/** Reads the last step of what is before it. A linear one is the output layer, which knows no dropout. */
export class Dense extends Layer {
  private before: Layer;
  private activation: i32;
  private weights: Tensor;
  private biases: Tensor;
  private transposed: usize;
  private inputsTransposed: usize;
  private mask: usize;

  constructor(before: Layer, units: i32, activation: i32, rows: i32) {
    super();
    const width = wholeStrips(units);
    const floats = <f64>rows * <f64>width;
    this.units = units;
    this.width = width;
    this.before = before;
    this.activation = activation;
    this.weights = new Tensor(before.height(), width);
    this.biases = new Tensor(1, width);
    this.transposed = before.delta != 0 ? reserve(<f64>before.width * <f64>width) : 0;
    this.inputsTransposed = reserve(<f64>before.width * <f64>wholeStrips(rows));
    this.values = reserve(floats);
    this.delta = reserve(floats);
    this.mask = activation != LINEAR && drops() ? reserve(floats) : 0;
  }

  forward(rows: usize, used: usize, training: bool): void {
    const before = this.before;
    const values = this.values;
    const width = this.width;
    const inputs = before.valuesAt(before.steps - 1, rows);
    setProductPlus(values, inputs, this.weights.weights, this.biases.weights, rows, before.height(), width);
    activate(this.activation, values, rows, this.units, this.size(rows));
    if (training && this.mask != 0) {
      drawMask(this.mask, rows, used, this.units);
      applyMask(values, this.mask, this.size(rows));
    }
  }

  backward(rows: usize): void {
    const before = this.before;
    const delta = this.delta;
    const width = this.width;
    const last = before.steps - 1;
    if (this.mask != 0) applyMask(delta, this.mask, this.size(rows));
    timesSlope(this.activation, delta, this.values, this.size(rows), this.mask != 0 ? keptShare() : 1);
    const height = before.height();
    transpose(this.inputsTransposed, before.valuesAt(last, rows), rows, height);
    setProduct(this.weights.gradient, this.inputsTransposed, delta, height, rows, width);
    this.biases.clearGradient();
    addRows(this.biases.gradient, delta, rows, width);
    if (this.transposed == 0) return;
    transpose(this.transposed, this.weights.weights, height, this.height());
    setProduct(before.deltaAt(last, rows), delta, this.transposed, rows, this.height(), before.width);
  }
}
