import { hyperbolicTangent, lanesInUse, sigmoid, sigmoidSlope, tanhSlope } from './vector';

export const LINEAR = 0;
export const RELU = 1;
export const TANH = 2;
export const SIGMOID = 3;

/** Applies the activation in place to rows x units in strips. What fills a strip up stays 0. */
export function activate(activation: i32, values: usize, rows: usize, units: i32, size: usize): void {
  if (activation == RELU) rectify(values, size);
  else if (activation == TANH) takeTanh(values, size);
  else if (activation == SIGMOID) {
    takeSigmoid(values, size);
    clearUnused(values + size - (rows << 5), rows, units);
  }
}

function rectify(values: usize, size: usize): void {
  for (const end = values + size; values < end; values += 32) {
    const a = f32x4.pmax(v128.load(values), f32x4.splat(0));
    const b = f32x4.pmax(v128.load(values, 16), f32x4.splat(0));
    v128.store(values, a);
    v128.store(values, b, 16);
  }
}

export function takeTanh(values: usize, size: usize): void {
  for (const end = values + size; values < end; values += 32) {
    const a = hyperbolicTangent(v128.load(values));
    const b = hyperbolicTangent(v128.load(values, 16));
    v128.store(values, a);
    v128.store(values, b, 16);
  }
}

export function takeSigmoid(values: usize, size: usize): void {
  for (const end = values + size; values < end; values += 32) {
    const a = sigmoid(v128.load(values));
    const b = sigmoid(v128.load(values, 16));
    v128.store(values, a);
    v128.store(values, b, 16);
  }
}

function clearUnused(strip: usize, rows: usize, units: i32): void {
  const usedA = lanesInUse(units, 0);
  const usedB = lanesInUse(units, 4);
  for (const end = strip + (rows << 5); strip < end; strip += 32) {
    v128.store(strip, v128.and(v128.load(strip), usedA));
    v128.store(strip, v128.and(v128.load(strip, 16), usedB), 16);
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
    for (; delta < end; delta += 32, values += 32) {
      const a = v128.and(v128.load(delta), f32x4.gt(v128.load(values), f32x4.splat(0)));
      const b = v128.and(v128.load(delta, 16), f32x4.gt(v128.load(values, 16), f32x4.splat(0)));
      v128.store(delta, a);
      v128.store(delta, b, 16);
    }
  } else if (activation == TANH) {
    for (; delta < end; delta += 32, values += 32) {
      const a = f32x4.mul(v128.load(delta), tanhSlope(f32x4.mul(v128.load(values), factor)));
      const b = f32x4.mul(v128.load(delta, 16), tanhSlope(f32x4.mul(v128.load(values, 16), factor)));
      v128.store(delta, a);
      v128.store(delta, b, 16);
    }
  } else if (activation == SIGMOID) {
    for (; delta < end; delta += 32, values += 32) {
      const a = f32x4.mul(v128.load(delta), sigmoidSlope(f32x4.mul(v128.load(values), factor)));
      const b = f32x4.mul(v128.load(delta, 16), sigmoidSlope(f32x4.mul(v128.load(values, 16), factor)));
      v128.store(delta, a);
      v128.store(delta, b, 16);
    }
  }
}
