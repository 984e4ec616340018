import { takeSigmoid, takeTanh } from './activation';
import { Layer } from './layer';
import { reserve } from './memory';
import { addProduct, setProduct } from './product';
import { Recurrent } from './recurrent';
import { transpose } from './transpose';
import { sigmoidSlope, tanhSlope } from './vector';

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
    return matrix + ((2 * this.width * <usize>this.height()) << 2);
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
        addProduct(gates, this.hiddenBefore(step, rows), weights, rows, this.height(), 2 * width);
      }
      this.openGates(step, rows);
      if (step > 0) addProduct(gates + 2 * size, reset, this.candidate(weights), rows, this.height(), width);
      this.moveState(step, rows);
    }
    this.handOn(rows, used, training);
  }

  private openGates(step: i32, rows: usize): void {
    const size = this.size(rows);
    const before = this.hiddenBefore(step, rows);
    const reset = this.resetAt(step, rows);
    const gates = this.gatesAt(step, rows);
    takeSigmoid(gates, 2 * size);
    for (let at: usize = 0; at < size; at += 32) {
      const r = gates + size + at;
      const a = f32x4.mul(v128.load(r), v128.load(before + at));
      const b = f32x4.mul(v128.load(r, 16), v128.load(before + at, 16));
      v128.store(reset + at, a);
      v128.store(reset + at, b, 16);
    }
  }

  private moveState(step: i32, rows: usize): void {
    const size = this.size(rows);
    const before = this.hiddenBefore(step, rows);
    const hidden = this.hiddenAt(step, rows);
    const gates = this.gatesAt(step, rows);
    const candidates = gates + 2 * size;
    takeTanh(candidates, size);
    for (let at: usize = 0; at < size; at += 32) {
      const z = gates + at;
      const n = candidates + at;
      const a = between(v128.load(z), v128.load(before + at), v128.load(n));
      const b = between(v128.load(z, 16), v128.load(before + at, 16), v128.load(n, 16));
      v128.store(hidden + at, a);
      v128.store(hidden + at, b, 16);
    }
  }

  backward(rows: usize): void {
    const width = this.width;
    const gateDelta = this.gateDelta;
    const weights = this.recurrent.weights;
    const gradient = this.recurrent.gradient;
    const size = this.size(rows);
    this.startBackward(rows);
    transpose(this.gatesTransposed, weights, this.height(), 2 * width);
    transpose(this.candidateTransposed, this.candidate(weights), this.height(), width);
    for (let step = this.steps - 1; step >= 0; step--) {
      const before = this.hiddenBefore(step, rows);
      this.addDelta(step, rows);
      this.stateBack(step, rows);
      setProduct(this.resetDelta, gateDelta + 2 * size, this.candidateTransposed, rows, width, width);
      this.resetBack(step, rows);
      this.inputsBackward(step, rows);
      if (step == 0) break;
      const candidate = this.candidate(gradient);
      const byCandidate = gateDelta + 2 * size;
      this.addGradient(gradient, before, this.height(), gateDelta, 2 * width, rows);
      this.addGradient(candidate, this.resetAt(step, rows), this.height(), byCandidate, width, rows);
      addProduct(this.hiddenDelta, gateDelta, this.gatesTransposed, rows, 2 * width, width);
    }
  }

  /** From the gradient by h' to that by z and n, and directly by h. */
  private stateBack(step: i32, rows: usize): void {
    const size = this.size(rows);
    const before = this.hiddenBefore(step, rows);
    const gates = this.gatesAt(step, rows);
    for (let at: usize = 0; at < size; at += 32) {
      const byHidden = this.hiddenDelta + at;
      const byHiddenA = v128.load(byHidden);
      const byHiddenB = v128.load(byHidden, 16);
      const zA = v128.load(gates + at);
      const zB = v128.load(gates + at, 16);
      const nA = v128.load(gates + 2 * size + at);
      const nB = v128.load(gates + 2 * size + at, 16);
      const byZA = f32x4.mul(byHiddenA, f32x4.sub(v128.load(before + at), nA));
      const byZB = f32x4.mul(byHiddenB, f32x4.sub(v128.load(before + at, 16), nB));
      const byNA = f32x4.mul(byHiddenA, f32x4.sub(f32x4.splat(1), zA));
      const byNB = f32x4.mul(byHiddenB, f32x4.sub(f32x4.splat(1), zB));
      const to = this.gateDelta + at;
      v128.store(to, f32x4.mul(byZA, sigmoidSlope(zA)));
      v128.store(to, f32x4.mul(byZB, sigmoidSlope(zB)), 16);
      v128.store(to + 2 * size, f32x4.mul(byNA, tanhSlope(nA)));
      v128.store(to + 2 * size, f32x4.mul(byNB, tanhSlope(nB)), 16);
      v128.store(byHidden, f32x4.mul(byHiddenA, zA));
      v128.store(byHidden, f32x4.mul(byHiddenB, zB), 16);
    }
  }

  /** From the gradient by r h to that by r, and by h. */
  private resetBack(step: i32, rows: usize): void {
    const size = this.size(rows);
    const before = this.hiddenBefore(step, rows);
    const gates = this.gatesAt(step, rows);
    for (let at: usize = 0; at < size; at += 32) {
      const rA = v128.load(gates + size + at);
      const rB = v128.load(gates + size + at, 16);
      const byResetA = v128.load(this.resetDelta + at);
      const byResetB = v128.load(this.resetDelta + at, 16);
      const byRA = f32x4.mul(byResetA, v128.load(before + at));
      const byRB = f32x4.mul(byResetB, v128.load(before + at, 16));
      const byHidden = this.hiddenDelta + at;
      const byHiddenA = f32x4.add(v128.load(byHidden), f32x4.mul(byResetA, rA));
      const byHiddenB = f32x4.add(v128.load(byHidden, 16), f32x4.mul(byResetB, rB));
      const to = this.gateDelta + size + at;
      v128.store(to, f32x4.mul(byRA, sigmoidSlope(rA)));
      v128.store(to, f32x4.mul(byRB, sigmoidSlope(rB)), 16);
      v128.store(byHidden, byHiddenA);
      v128.store(byHidden, byHiddenB, 16);
    }
  }
}

/** z h + (1 - z) n. */
@inline
function between(z: v128, h: v128, n: v128): v128 {
  return f32x4.add(f32x4.mul(z, h), f32x4.mul(f32x4.sub(f32x4.splat(1), z), n));
}
