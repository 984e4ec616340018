import { takeSigmoid, takeTanh } from './activation';
import { Layer } from './layer';
import { reserve } from './memory';
import { multiplyAdd } from './multiply-add';
import { addProduct, setProduct } from './product';
import { Recurrent } from './recurrent';
import { transpose } from './transpose';
import { hyperbolicTangent, sigmoidSlope, tanhSlope } from './vector';

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
        addProduct(gates, this.hiddenAt(step - 1, rows), this.recurrent.weights, rows, this.height(), 4 * width);
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
    takeSigmoid(gates, 2 * size);
    takeTanh(gates + 2 * size, size);
    takeSigmoid(gates + 3 * size, size);
    for (let at: usize = 0; at < size; at += 32) {
      const gate = gates + at;
      const cellA = cellAfter(gate, size, before + at);
      const cellB = cellAfter(gate + 16, size, before + at + 16);
      const tanhA = hyperbolicTangent(cellA);
      const tanhB = hyperbolicTangent(cellB);
      const hiddenA = f32x4.mul(v128.load(gate + 3 * size), tanhA);
      const hiddenB = f32x4.mul(v128.load(gate + 3 * size, 16), tanhB);
      v128.store(cells + at, cellA);
      v128.store(cells + at, cellB, 16);
      v128.store(tanhs + at, tanhA);
      v128.store(tanhs + at, tanhB, 16);
      v128.store(hidden + at, hiddenA);
      v128.store(hidden + at, hiddenB, 16);
    }
  }

  backward(rows: usize): void {
    const width = this.width;
    const gateDelta = this.gateDelta;
    this.startBackward(rows);
    memory.fill(this.cellDelta, 0, this.size(rows));
    transpose(this.recurrentTransposed, this.recurrent.weights, this.height(), 4 * width);
    for (let step = this.steps - 1; step >= 0; step--) {
      this.addDelta(step, rows);
      this.cellsBack(step, rows);
      this.inputsBackward(step, rows);
      if (step == 0) break;
      const before = this.hiddenAt(step - 1, rows);
      this.addGradient(this.recurrent.gradient, before, this.height(), gateDelta, 4 * width, rows);
      setProduct(this.hiddenDelta, gateDelta, this.recurrentTransposed, rows, 4 * width, width);
    }
  }

  /** From the gradient by the step's h' and c' to that by its gates, and by c. */
  private cellsBack(step: i32, rows: usize): void {
    const size = this.size(rows);
    const before = this.cellsBefore(step, size);
    const tanhs = this.cellTanh + <usize>step * size;
    const gates = this.gatesAt(step, rows);
    for (let at: usize = 0; at < size; at += 32) {
      const gate = gates + at;
      const to = this.gateDelta + at;
      const byHiddenA = v128.load(this.hiddenDelta + at);
      const byHiddenB = v128.load(this.hiddenDelta + at, 16);
      const tanhA = v128.load(tanhs + at);
      const tanhB = v128.load(tanhs + at, 16);
      const iA = v128.load(gate);
      const iB = v128.load(gate, 16);
      const fA = v128.load(gate + size);
      const fB = v128.load(gate + size, 16);
      const gA = v128.load(gate + 2 * size);
      const gB = v128.load(gate + 2 * size, 16);
      const oA = v128.load(gate + 3 * size);
      const oB = v128.load(gate + 3 * size, 16);
      const throughA = productOf(byHiddenA, oA, tanhSlope(tanhA));
      const throughB = productOf(byHiddenB, oB, tanhSlope(tanhB));
      const byCellA = f32x4.add(v128.load(this.cellDelta + at), throughA);
      const byCellB = f32x4.add(v128.load(this.cellDelta + at, 16), throughB);
      const byForgetA = productOf(byCellA, v128.load(before + at), sigmoidSlope(fA));
      const byForgetB = productOf(byCellB, v128.load(before + at, 16), sigmoidSlope(fB));
      v128.store(to, productOf(byCellA, gA, sigmoidSlope(iA)));
      v128.store(to, productOf(byCellB, gB, sigmoidSlope(iB)), 16);
      v128.store(to + size, byForgetA);
      v128.store(to + size, byForgetB, 16);
      v128.store(to + 2 * size, productOf(byCellA, iA, tanhSlope(gA)));
      v128.store(to + 2 * size, productOf(byCellB, iB, tanhSlope(gB)), 16);
      v128.store(to + 3 * size, productOf(byHiddenA, tanhA, sigmoidSlope(oA)));
      v128.store(to + 3 * size, productOf(byHiddenB, tanhB, sigmoidSlope(oB)), 16);
      v128.store(this.cellDelta + at, f32x4.mul(byCellA, fA));
      v128.store(this.cellDelta + at, f32x4.mul(byCellB, fB), 16);
    }
  }
}

/** f c + i g. */
@inline
function cellAfter(gate: usize, size: usize, before: usize): v128 {
  const kept = f32x4.mul(v128.load(gate + size), v128.load(before));
  return multiplyAdd(v128.load(gate), v128.load(gate + 2 * size), kept);
}

@inline
function productOf(a: v128, b: v128, c: v128): v128 {
  return f32x4.mul(f32x4.mul(a, b), c);
}
