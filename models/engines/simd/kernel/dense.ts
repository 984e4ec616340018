import { activate, LINEAR, timesSlope } from './activation';
import { applyMask, drawMask, drops, keptShare } from './dropout';
import { Layer } from './layer';
import { padded, reserve } from './memory';
import { FROM_ZERO, multiply } from './product';
import { addProductOverRows, addRows } from './product-over-rows';
import { Tensor } from './tensor';
import { transpose } from './transpose';

/** Reads the last step of what is before it. A linear one is the output layer, which knows no dropout. */
export class Dense extends Layer {
  private before: Layer;
  private activation: i32;
  private weights: Tensor;
  private biases: Tensor;
  private transposed: usize;
  private mask: usize;

  constructor(before: Layer, units: i32, activation: i32, rows: i32) {
    super();
    const width = padded(units);
    const floats = <f64>rows * <f64>width;
    this.units = units;
    this.width = width;
    this.before = before;
    this.activation = activation;
    this.weights = new Tensor(<i32>before.width, width);
    this.biases = new Tensor(1, width);
    this.transposed = before.delta != 0 ? reserve(<f64>before.width * <f64>width) : 0;
    this.values = reserve(floats);
    this.delta = reserve(floats);
    this.mask = activation != LINEAR && drops() ? reserve(floats) : 0;
  }

  forward(rows: usize, used: usize, training: bool): void {
    const before = this.before;
    const values = this.values;
    const width = this.width;
    const inputs = before.valuesAt(before.steps - 1, rows);
    multiply(values, inputs, this.weights.weights, this.biases.weights, rows, before.width, width);
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
    this.weights.clearGradient();
    this.biases.clearGradient();
    addProductOverRows(this.weights.gradient, before.valuesAt(last, rows), delta, rows, before.width, width);
    addRows(this.biases.gradient, delta, rows, width);
    if (this.transposed == 0) return;
    transpose(this.transposed, this.weights.weights, before.width, width);
    multiply(before.deltaAt(last, rows), delta, this.transposed, FROM_ZERO, rows, width, before.width);
  }
}
