import { Layer } from './layer';
import { reserve } from './memory';
import { FROM_TARGET, FROM_ZERO, multiply } from './product';
import { addProductOverRows } from './product-over-rows';
import { Recurrent } from './recurrent';
import { transpose } from './transpose';
import { hyperbolicTangent, sigmoid, sigmoidSlope, tanhSlope } from './vector';

/** Gates z, r, n; n sees the state after its reset. */
export class Gru extends Recurrent {
  /** steps x rows x width: r h. */
  private reset: usize;
  private resetDelta: usize;
  /** The recurrent weights of z and r, and those of n, transposed. */
  private gatesTransposed: usize;
  private candidateTransposed: usize;

  constructor(before: Layer, units: i32, sequence: bool, rows: i32) {
    super(before, units, 3, sequence, rows);
    const floats = <f64>rows * <f64>this.width;
    const square = <f64>this.width * <f64>this.width;
    this.reset = reserve(<f64>this.steps * floats);
    this.resetDelta = reserve(floats);
    this.gatesTransposed = reserve(2 * square);
    this.candidateTransposed = reserve(square);
  }

  /** Where the columns of n begin in the recurrent weights and in their gradient. */
  @inline
  private candidate(matrix: usize): usize {
    return matrix + ((2 * this.width * this.width) << 2);
  }

  @inline
  private resetAt(step: i32, rows: usize): usize {
    return this.reset + <usize>step * this.size(rows);
  }

  forward(rows: usize, used: usize, training: bool): void {
    const width = this.width;
    const size = this.size(rows);
    const weights = this.recurrent.weights;
    for (let step = 0; step < this.steps; step++) {
      const gates = this.gatesAt(step, rows);
      const reset = this.resetAt(step, rows);
      this.projectInputs(step, rows);
      if (step > 0) {
        multiply(gates, this.hiddenBefore(step, rows), weights, FROM_TARGET, rows, width, 2 * width);
      }
      this.openGates(step, rows);
      if (step > 0) multiply(gates + 2 * size, reset, this.candidate(weights), FROM_TARGET, rows, width, width);
      this.moveState(step, rows);
    }
    this.handOn(rows, used, training);
  }

  private openGates(step: i32, rows: usize): void {
    const size = this.size(rows);
    const before = this.hiddenBefore(step, rows);
    const reset = this.resetAt(step, rows);
    const gates = this.gatesAt(step, rows);
    for (let at: usize = 0; at < size; at += 16) {
      const r = sigmoid(v128.load(gates + size + at));
      v128.store(gates + at, sigmoid(v128.load(gates + at)));
      v128.store(gates + size + at, r);
      v128.store(reset + at, f32x4.mul(r, v128.load(before + at)));
    }
  }

  private moveState(step: i32, rows: usize): void {
    const size = this.size(rows);
    const before = this.hiddenBefore(step, rows);
    const hidden = this.hiddenAt(step, rows);
    const gates = this.gatesAt(step, rows);
    for (let at: usize = 0; at < size; at += 16) {
      const z = v128.load(gates + at);
      const n = hyperbolicTangent(v128.load(gates + 2 * size + at));
      const kept = f32x4.mul(z, v128.load(before + at));
      v128.store(gates + 2 * size + at, n);
      v128.store(hidden + at, f32x4.add(kept, f32x4.mul(f32x4.sub(f32x4.splat(1), z), n)));
    }
  }

  backward(rows: usize): void {
    const width = this.width;
    const gateDelta = this.gateDelta;
    const weights = this.recurrent.weights;
    const gradient = this.recurrent.gradient;
    const size = this.size(rows);
    this.startBackward(rows);
    transpose(this.gatesTransposed, weights, width, 2 * width);
    transpose(this.candidateTransposed, this.candidate(weights), width, width);
    for (let step = this.steps - 1; step >= 0; step--) {
      const before = this.hiddenBefore(step, rows);
      this.addDelta(step, rows);
      this.stateBack(step, rows);
      multiply(this.resetDelta, gateDelta + 2 * size, this.candidateTransposed, FROM_ZERO, rows, width, width);
      this.resetBack(step, rows);
      this.inputsBackward(step, rows);
      if (step == 0) break;
      addProductOverRows(gradient, before, gateDelta, rows, width, 2 * width);
      const candidate = this.candidate(gradient);
      addProductOverRows(candidate, this.resetAt(step, rows), gateDelta + 2 * size, rows, width, width);
      multiply(this.hiddenDelta, gateDelta, this.gatesTransposed, FROM_TARGET, rows, 2 * width, width);
    }
  }

  /** From the gradient by h' to that by z and n, and directly by h. */
  private stateBack(step: i32, rows: usize): void {
    const size = this.size(rows);
    const before = this.hiddenBefore(step, rows);
    const gates = this.gatesAt(step, rows);
    for (let at: usize = 0; at < size; at += 16) {
      const z = v128.load(gates + at);
      const n = v128.load(gates + 2 * size + at);
      const byHidden = v128.load(this.hiddenDelta + at);
      const byZ = f32x4.mul(byHidden, f32x4.sub(v128.load(before + at), n));
      const byN = f32x4.mul(byHidden, f32x4.sub(f32x4.splat(1), z));
      v128.store(this.gateDelta + at, f32x4.mul(byZ, sigmoidSlope(z)));
      v128.store(this.gateDelta + 2 * size + at, f32x4.mul(byN, tanhSlope(n)));
      v128.store(this.hiddenDelta + at, f32x4.mul(byHidden, z));
    }
  }

  /** From the gradient by r h to that by r, and by h. */
  private resetBack(step: i32, rows: usize): void {
    const size = this.size(rows);
    const before = this.hiddenBefore(step, rows);
    const gates = this.gatesAt(step, rows);
    for (let at: usize = 0; at < size; at += 16) {
      const r = v128.load(gates + size + at);
      const byReset = v128.load(this.resetDelta + at);
      const byR = f32x4.mul(byReset, v128.load(before + at));
      const to = this.hiddenDelta + at;
      v128.store(this.gateDelta + size + at, f32x4.mul(byR, sigmoidSlope(r)));
      v128.store(to, f32x4.add(v128.load(to), f32x4.mul(byReset, r)));
    }
  }
}
