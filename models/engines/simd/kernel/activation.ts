import { hyperbolicTangent, lanesInUse, sigmoid, sigmoidSlope, tanhSlope } from './vector';

export const LINEAR = 0;
export const RELU = 1;
export const TANH = 2;
export const SIGMOID = 3;

/** Applies the activation in place to rows x units in strips. What fills a strip up stays 0. */
export function activate(activation: i32, values: usize, rows: usize, units: i32, size: usize): void {
  const end = values + size;
  if (activation == RELU) {
    for (let at = values; at < end; at += 16) v128.store(at, f32x4.pmax(v128.load(at), f32x4.splat(0)));
  } else if (activation == TANH) {
    for (let at = values; at < end; at += 16) v128.store(at, hyperbolicTangent(v128.load(at)));
  } else if (activation == SIGMOID) {
    for (let at = values; at < end; at += 16) v128.store(at, sigmoid(v128.load(at)));
    const used = lanesInUse(units);
    for (let at = end - (rows << 4); at < end; at += 16) v128.store(at, v128.and(v128.load(at), used));
  }
}

/**
 * Multiplies `delta` by the slope of the activation. Under dropout the stored value of a kept unit is the activation by
 * 1 / keep, which is undone here; what a dropped unit gets does not matter, its delta is 0 already.
 */
export function timesSlope(activation: i32, delta: usize, values: usize, size: usize, keep: f32): void {
  const end = delta + size;
  const factor = f32x4.splat(keep);
  if (activation == RELU) {
    for (; delta < end; delta += 16, values += 16) {
      const open = f32x4.gt(v128.load(values), f32x4.splat(0));
      v128.store(delta, v128.and(v128.load(delta), open));
    }
  } else if (activation == TANH) {
    for (; delta < end; delta += 16, values += 16) {
      const slope = tanhSlope(f32x4.mul(v128.load(values), factor));
      v128.store(delta, f32x4.mul(v128.load(delta), slope));
    }
  } else if (activation == SIGMOID) {
    for (; delta < end; delta += 16, values += 16) {
      const slope = sigmoidSlope(f32x4.mul(v128.load(values), factor));
      v128.store(delta, f32x4.mul(v128.load(delta), slope));
    }
  }
}
