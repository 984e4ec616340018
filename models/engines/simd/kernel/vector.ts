import { multiplyAdd } from './multiply-add';

/** True (all bits) in the lanes that `units` use of the four from number `first` of their last strip's eight on. */
@inline
export function lanesInUse(units: i32, first: i32): v128 {
  return i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(((units - 1) & 7) + 1 - first));
}

@inline
export function sumOfLanes(v: v128): f32 {
  const pairs = f32x4.add(v, v128.shuffle<f32>(v, v, 2, 3, 0, 1));
  return f32x4.extract_lane(pairs, 0) + f32x4.extract_lane(pairs, 1);
}

@inline
export function largestLane(v: v128): f32 {
  const pairs = f32x4.pmax(v, v128.shuffle<f32>(v, v, 2, 3, 0, 1));
  return f32x4.extract_lane(f32x4.pmax(pairs, v128.shuffle<f32>(pairs, pairs, 1, 0, 3, 2)), 0);
}

/**
 * A constant is loaded from memory and spread over a vector in one: V8 makes a constant vector anew at each use, which
 * takes three instructions.
 */
@inline
export function constant(table: usize, index: usize): v128 {
  return v128.load32_splat(table + (index << 2));
}

/** Without NaN becoming a number: pmin and pmax keep their first operand where a comparison is false. */
@inline
function within(x: v128, low: v128, high: v128): v128 {
  return f32x4.pmax(f32x4.pmin(x, high), low);
}

/** Limits; log2 e; 1.5 * 2^23; -log 2 in two parts; the polynomial; 1. */
const exponent = memory.data<f32>([
  -87.3, 88.3, 1.44269504088896341, 12582912, -0.693359375, 2.12194440e-4, 1.9875691500e-4, 1.3981999507e-3,
  8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1, 1,
]);

/** e^x to 2 units in the last place (the polynomial of Cephes' expf); x is held within [-87.3, 88.3]. */
@inline
export function exponential(x: v128): v128 {
  x = within(x, constant(exponent, 0), constant(exponent, 1));
  // Adding 1.5 * 2^23 rounds to a whole number and leaves it in the low bits.
  const shifted = multiplyAdd(x, constant(exponent, 2), constant(exponent, 3));
  const whole = f32x4.sub(shifted, constant(exponent, 3));
  let rest = multiplyAdd(whole, constant(exponent, 4), x);
  rest = multiplyAdd(whole, constant(exponent, 5), rest);
  let p = multiplyAdd(constant(exponent, 6), rest, constant(exponent, 7));
  p = multiplyAdd(p, rest, constant(exponent, 8));
  p = multiplyAdd(p, rest, constant(exponent, 9));
  p = multiplyAdd(p, rest, constant(exponent, 10));
  p = multiplyAdd(p, rest, constant(exponent, 11));
  p = f32x4.add(multiplyAdd(f32x4.mul(p, rest), rest, rest), constant(exponent, 12));
  return f32x4.mul(p, i32x4.shl(i32x4.add(shifted, i32x4.splat(127)), 23));
}

/** Limits; the numerator; the denominator; a half. */
const tangent = memory.data<f32>([
  -7.90531110763549805, 7.90531110763549805, -2.76076847742355e-16, 2.00018790482477e-13, -8.60467152213735e-11,
  5.12229709037114e-8, 1.48572235717979e-5, 6.37261928875436e-4, 4.89352455891786e-3, 1.19825839466702e-6,
  1.18534705686654e-4, 2.26843463243900e-3, 4.89352518554385e-3, 0.5,
]);

/** tanh x, within 3e-7 (the rational function of Eigen's ptanh); x is held where tanh is 1 in float32. */
@inline
export function hyperbolicTangent(x: v128): v128 {
  x = within(x, constant(tangent, 0), constant(tangent, 1));
  const square = f32x4.mul(x, x);
  let p = multiplyAdd(constant(tangent, 2), square, constant(tangent, 3));
  p = multiplyAdd(p, square, constant(tangent, 4));
  p = multiplyAdd(p, square, constant(tangent, 5));
  p = multiplyAdd(p, square, constant(tangent, 6));
  p = multiplyAdd(p, square, constant(tangent, 7));
  p = multiplyAdd(p, square, constant(tangent, 8));
  let q = multiplyAdd(constant(tangent, 9), square, constant(tangent, 10));
  q = multiplyAdd(q, square, constant(tangent, 11));
  q = multiplyAdd(q, square, constant(tangent, 12));
  return f32x4.div(f32x4.mul(p, x), q);
}

/** 1 / (1 + e^-x) = (1 + tanh(x / 2)) / 2. */
@inline
export function sigmoid(x: v128): v128 {
  const half = constant(tangent, 13);
  return multiplyAdd(hyperbolicTangent(f32x4.mul(x, half)), half, half);
}

/** v * (1 - v): the slope of a sigmoid whose value is v. */
@inline
export function sigmoidSlope(v: v128): v128 {
  return f32x4.sub(v, f32x4.mul(v, v));
}

/** 1 - v^2: the slope of a tanh whose value is v. */
@inline
export function tanhSlope(v: v128): v128 {
  return f32x4.sub(f32x4.splat(1), f32x4.mul(v, v));
}
