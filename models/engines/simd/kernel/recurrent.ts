import { addRows } from './add-rows';
import { applyMask, drawMask, drops, skipMask } from './dropout';
import { Layer } from './layer';
import { padded, reserve, wholeStrips } from './memory';
import { addProduct, setProduct, setProductPlus } from './product';
import { Tensor } from './tensor';
import { transpose } from './transpose';

/**
 * What LSTM and GRU share (equations: models/networks/recurrent.ts): the inputs' share in the gates, states through
 * time, dropout on the way to the next layer. The gates of a step lie one behind the other, each rows x width.
 */
export abstract class Recurrent extends Layer {
  protected before: Layer;
  /** Whether the next layer reads every step; else the last one only. */
  protected sequence: bool;
  protected kernel: Tensor;
  protected recurrent: Tensor;
  protected biases: Tensor;
  protected kernelTransposed: usize;
  /** The values of one step of what is before, or of the state. */
  private valuesTransposed: usize;
  /** steps x rows x width: h' of every step. */
  protected hidden: usize;
  /** steps x gates x rows x width, after their sigmoid or tanh. */
  protected gates: usize;
  /** Of one step, by the gates before their sigmoid or tanh. */
  protected gateDelta: usize;
  protected hiddenDelta: usize;
  /** The state before the first step: 0. */
  protected nothing: usize;
  private gateColumns: usize;
  private mask: usize;

  constructor(before: Layer, units: i32, gateCount: i32, sequence: bool, rows: i32) {
    super();
    const width = wholeStrips(units);
    const floats = <f64>rows * <f64>width;
    const through = <f64>before.steps * floats;
    this.steps = before.steps;
    this.units = units;
    this.width = width;
    this.before = before;
    this.sequence = sequence;
    this.gateColumns = gateCount * width;
    this.kernel = new Tensor(before.height(), gateCount * width);
    this.recurrent = new Tensor(padded(units), gateCount * width);
    this.biases = new Tensor(1, gateCount * width);
    this.kernelTransposed = before.delta != 0 ? reserve(<f64>before.width * <f64>gateCount * <f64>width) : 0;
    this.valuesTransposed = reserve(<f64>max<usize>(before.width, width) * <f64>wholeStrips(rows));
    this.hidden = reserve(through);
    this.gates = reserve(<f64>gateCount * through);
    this.gateDelta = reserve(<f64>gateCount * floats);
    this.hiddenDelta = reserve(floats);
    this.nothing = reserve(floats);
    this.delta = reserve(through);
    this.mask = drops() ? reserve(through) : 0;
    this.values = drops() ? reserve(through) : this.hidden;
  }

  @inline
  protected gatesAt(step: i32, rows: usize): usize {
    return this.gates + ((<usize>step * rows * this.gateColumns) << 2);
  }

  @inline
  protected hiddenAt(step: i32, rows: usize): usize {
    return this.hidden + <usize>step * this.size(rows);
  }

  @inline
  protected hiddenBefore(step: i32, rows: usize): usize {
    return step > 0 ? this.hiddenAt(step - 1, rows) : this.nothing;
  }

  /** The gates of a step = its inputs by the kernel + biases. */
  protected projectInputs(step: i32, rows: usize): void {
    const before = this.before;
    const weights = this.kernel.weights;
    const biases = this.biases.weights;
    const inputs = before.valuesAt(step, rows);
    setProductPlus(this.gatesAt(step, rows), inputs, weights, biases, rows, before.height(), this.gateColumns);
  }

  /** Hands the hidden states on to the next layer; under dropout every step draws, also one that is not read. */
  protected handOn(rows: usize, used: usize, training: bool): void {
    if (this.mask == 0) return;
    for (let step = 0; step < this.steps; step++) {
      const read = this.sequence || step == this.steps - 1;
      if (read) memory.copy(this.valuesAt(step, rows), this.hiddenAt(step, rows), this.size(rows));
      if (!training) continue;
      if (read) this.dropAt(step, rows, used);
      else skipMask(used, this.units);
    }
  }

  private dropAt(step: i32, rows: usize, used: usize): void {
    const mask = this.mask + <usize>step * this.size(rows);
    drawMask(mask, rows, used, this.units);
    applyMask(this.valuesAt(step, rows), mask, this.size(rows));
  }

  protected startBackward(rows: usize): void {
    this.kernel.clearGradient();
    this.recurrent.clearGradient();
    this.biases.clearGradient();
    memory.fill(this.hiddenDelta, 0, this.size(rows));
    if (this.kernelTransposed != 0) {
      transpose(this.kernelTransposed, this.kernel.weights, this.before.height(), this.gateColumns);
    }
  }

  /** Adds what the next layer asks of a step to what the step after it does. */
  protected addDelta(step: i32, rows: usize): void {
    if (!this.sequence && step < this.steps - 1) return;
    const size = this.size(rows);
    const delta = this.deltaAt(step, rows);
    if (this.mask != 0) applyMask(delta, this.mask + <usize>step * size, size);
    for (let at: usize = 0; at < size; at += 32) {
      const to = this.hiddenDelta + at;
      const from = delta + at;
      const a = f32x4.add(v128.load(to), v128.load(from));
      const b = f32x4.add(v128.load(to, 16), v128.load(from, 16));
      v128.store(to, a);
      v128.store(to, b, 16);
    }
  }

  /** From the gates of a step to kernel, biases and the layer before. */
  protected inputsBackward(step: i32, rows: usize): void {
    const before = this.before;
    const gateDelta = this.gateDelta;
    const gateColumns = this.gateColumns;
    this.addGradient(this.kernel.gradient, before.valuesAt(step, rows), before.height(), gateDelta, gateColumns, rows);
    addRows(this.biases.gradient, gateDelta, rows, gateColumns);
    if (this.kernelTransposed == 0) return;
    setProduct(before.deltaAt(step, rows), gateDelta, this.kernelTransposed, rows, gateColumns, before.width);
  }

  /** Adds what a step adds to the gradient of the weights between `values` and the gates of `delta`. */
  protected addGradient(
    gradient: usize,
    values: usize,
    height: usize,
    delta: usize,
    columns: usize,
    rows: usize,
  ): void {
    transpose(this.valuesTransposed, values, rows, height);
    addProduct(gradient, this.valuesTransposed, delta, height, rows, columns);
  }
}
