/** True (all bits) in the first `count` lanes, all four where count is a multiple of four. */
@inline
export function lanesInUse(count: i32): v128 {
  return i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(((count - 1) & 3) + 1));
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

/** Without NaN becoming a number: pmin and pmax keep their first operand where a comparison is false. */
@inline
function within(x: v128, low: f32, high: f32): v128 {
  return f32x4.pmax(f32x4.pmin(x, f32x4.splat(high)), f32x4.splat(low));
}

@inline
function timesPlus(a: v128, b: v128, c: f32): v128 {
  return f32x4.add(f32x4.mul(a, b), f32x4.splat(c));
}

/** e^x to 2 units in the last place (the polynomial of Cephes' expf); x is held within [-87.3, 88.3]. */
@inline
export function exponential(x: v128): v128 {
  // Adding 1.5 * 2^23 rounds to a whole number and leaves it in the low bits.
  const rounding = f32x4.splat(12582912);
  x = within(x, -87.3, 88.3);
  const shifted = timesPlus(x, f32x4.splat(1.44269504088896341), 12582912);
  const whole = f32x4.sub(shifted, rounding);
  let rest = f32x4.sub(x, f32x4.mul(whole, f32x4.splat(0.693359375)));
  rest = f32x4.sub(rest, f32x4.mul(whole, f32x4.splat(-2.12194440e-4)));
  let p = timesPlus(f32x4.splat(1.9875691500e-4), rest, 1.3981999507e-3);
  p = timesPlus(p, rest, 8.3334519073e-3);
  p = timesPlus(p, rest, 4.1665795894e-2);
  p = timesPlus(p, rest, 1.6666665459e-1);
  p = timesPlus(p, rest, 5.0000001201e-1);
  p = timesPlus(f32x4.add(f32x4.mul(f32x4.mul(p, rest), rest), rest), f32x4.splat(1), 1);
  return f32x4.mul(p, i32x4.shl(i32x4.add(shifted, i32x4.splat(127)), 23));
}

/** tanh x, within 3e-7 (the rational function of Eigen's ptanh); x is held where tanh is 1 in float32. */
@inline
export function hyperbolicTangent(x: v128): v128 {
  x = within(x, -7.90531110763549805, 7.90531110763549805);
  const square = f32x4.mul(x, x);
  let p = timesPlus(f32x4.splat(-2.76076847742355e-16), square, 2.00018790482477e-13);
  p = timesPlus(p, square, -8.60467152213735e-11);
  p = timesPlus(p, square, 5.12229709037114e-08);
  p = timesPlus(p, square, 1.48572235717979e-05);
  p = timesPlus(p, square, 6.37261928875436e-04);
  p = timesPlus(p, square, 4.89352455891786e-03);
  let q = timesPlus(f32x4.splat(1.19825839466702e-06), square, 1.18534705686654e-04);
  q = timesPlus(q, square, 2.26843463243900e-03);
  q = timesPlus(q, square, 4.89352518554385e-03);
  return f32x4.div(f32x4.mul(p, x), q);
}

/** 1 / (1 + e^-x) = (1 + tanh(x / 2)) / 2. */
@inline
export function sigmoid(x: v128): v128 {
  const half = f32x4.splat(0.5);
  return f32x4.add(f32x4.mul(hyperbolicTangent(f32x4.mul(x, half)), half), half);
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
