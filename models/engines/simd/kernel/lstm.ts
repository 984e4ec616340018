import { Layer } from './layer';
import { reserve } from './memory';
import { FROM_TARGET, FROM_ZERO, multiply } from './product';
import { addProductOverRows } from './product-over-rows';
import { Recurrent } from './recurrent';
import { transpose } from './transpose';
import { hyperbolicTangent, sigmoid, sigmoidSlope, tanhSlope } from './vector';

/** Gates i, f, g, o. */
export class Lstm extends Recurrent {
  /** steps x rows x width: c', and its tanh. */
  private cells: usize;
  private cellTanh: usize;
  private cellDelta: usize;
  private recurrentTransposed: usize;

  constructor(before: Layer, units: i32, sequence: bool, rows: i32) {
    super(before, units, 4, sequence, rows);
    const floats = <f64>rows * <f64>this.width;
    this.cells = reserve(<f64>this.steps * floats);
    this.cellTanh = reserve(<f64>this.steps * floats);
    this.cellDelta = reserve(floats);
    this.recurrentTransposed = reserve(4 * <f64>this.width * <f64>this.width);
  }

  @inline
  private cellsBefore(step: i32, size: usize): usize {
    return step > 0 ? this.cells + <usize>(step - 1) * size : this.nothing;
  }

  forward(rows: usize, used: usize, training: bool): void {
    const width = this.width;
    for (let step = 0; step < this.steps; step++) {
      const gates = this.gatesAt(step, rows);
      this.projectInputs(step, rows);
      if (step > 0) {
        multiply(gates, this.hiddenAt(step - 1, rows), this.recurrent.weights, FROM_TARGET, rows, width, 4 * width);
      }
      this.moveCells(step, rows);
    }
    this.handOn(rows, used, training);
  }

  private moveCells(step: i32, rows: usize): void {
    const size = this.size(rows);
    const before = this.cellsBefore(step, size);
    const cells = this.cells + <usize>step * size;
    const tanhs = this.cellTanh + <usize>step * size;
    const hidden = this.hiddenAt(step, rows);
    const gates = this.gatesAt(step, rows);
    for (let at: usize = 0; at < size; at += 16) {
      const gate = gates + at;
      const i = sigmoid(v128.load(gate));
      const f = sigmoid(v128.load(gate + size));
      const g = hyperbolicTangent(v128.load(gate + 2 * size));
      const o = sigmoid(v128.load(gate + 3 * size));
      const cell = f32x4.add(f32x4.mul(f, v128.load(before + at)), f32x4.mul(i, g));
      const tanh = hyperbolicTangent(cell);
      v128.store(gate, i);
      v128.store(gate + size, f);
      v128.store(gate + 2 * size, g);
      v128.store(gate + 3 * size, o);
      v128.store(cells + at, cell);
      v128.store(tanhs + at, tanh);
      v128.store(hidden + at, f32x4.mul(o, tanh));
    }
  }

  backward(rows: usize): void {
    const width = this.width;
    const gateDelta = this.gateDelta;
    this.startBackward(rows);
    memory.fill(this.cellDelta, 0, this.size(rows));
    transpose(this.recurrentTransposed, this.recurrent.weights, width, 4 * width);
    for (let step = this.steps - 1; step >= 0; step--) {
      this.addDelta(step, rows);
      this.cellsBack(step, rows);
      this.inputsBackward(step, rows);
      if (step == 0) break;
      addProductOverRows(this.recurrent.gradient, this.hiddenAt(step - 1, rows), gateDelta, rows, width, 4 * width);
      multiply(this.hiddenDelta, gateDelta, this.recurrentTransposed, FROM_ZERO, rows, 4 * width, width);
    }
  }

  /** From the gradient by the step's h' and c' to that by its gates, and by c. */
  private cellsBack(step: i32, rows: usize): void {
    const size = this.size(rows);
    const before = this.cellsBefore(step, size);
    const tanhs = this.cellTanh + <usize>step * size;
    const gates = this.gatesAt(step, rows);
    for (let at: usize = 0; at < size; at += 16) {
      const gate = gates + at;
      const i = v128.load(gate);
      const f = v128.load(gate + size);
      const g = v128.load(gate + 2 * size);
      const o = v128.load(gate + 3 * size);
      const tanh = v128.load(tanhs + at);
      const byHidden = v128.load(this.hiddenDelta + at);
      const throughTanh = f32x4.mul(f32x4.mul(byHidden, o), tanhSlope(tanh));
      const byCell = f32x4.add(v128.load(this.cellDelta + at), throughTanh);
      const to = this.gateDelta + at;
      v128.store(to, f32x4.mul(f32x4.mul(byCell, g), sigmoidSlope(i)));
      v128.store(to + size, f32x4.mul(f32x4.mul(byCell, v128.load(before + at)), sigmoidSlope(f)));
      v128.store(to + 2 * size, f32x4.mul(f32x4.mul(byCell, i), tanhSlope(g)));
      v128.store(to + 3 * size, f32x4.mul(f32x4.mul(byHidden, tanh), sigmoidSlope(o)));
      v128.store(this.cellDelta + at, f32x4.mul(byCell, f));
    }
  }
}
