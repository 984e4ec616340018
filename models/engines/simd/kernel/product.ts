/** What a product adds to. */
export const FROM_ZERO: usize = 0;
/** Its target as it is. */
export const FROM_TARGET: usize = 1;

@inline
function along(sum: v128, factor: v128, vector: v128): v128 {
  return f32x4.add(sum, f32x4.mul(factor, vector));
}

/**
 * target = start + left right: rows x columns, all in strips, counts multiples of four. `start` is FROM_ZERO,
 * FROM_TARGET or the address of one row of biases. Each sum runs over `inner` in ascending order. Blocks of 8 rows x 4
 * columns keep eight sums in registers, which measured best of all shapes that fit.
 */
export function multiply(
  target: usize,
  left: usize,
  right: usize,
  start: usize,
  rows: usize,
  inner: usize,
  columns: usize,
): void {
  const strip = rows << 4;
  const rightStrip = inner << 4;
  for (let column: usize = 0; column < columns; column += 4) {
    const bias = start > FROM_TARGET ? v128.load(start + (column << 2)) : f32x4.splat(0);
    let row: usize = 0;
    for (; row + 8 <= rows; row += 8) {
      eightRows(target + (row << 4), left + (row << 4), right, strip, rightStrip, bias, start == FROM_TARGET);
    }
    if (row < rows) {
      fourRows(target + (row << 4), left + (row << 4), right, strip, rightStrip, bias, start == FROM_TARGET);
    }
    target += strip;
    right += rightStrip;
  }
}

@inline
function eightRows(
  target: usize,
  left: usize,
  right: usize,
  strip: usize,
  rightStrip: usize,
  bias: v128,
  onTarget: bool,
): void {
  let s0 = bias;
  let s1 = bias;
  let s2 = bias;
  let s3 = bias;
  let s4 = bias;
  let s5 = bias;
  let s6 = bias;
  let s7 = bias;
  if (onTarget) {
    s0 = v128.load(target);
    s1 = v128.load(target, 16);
    s2 = v128.load(target, 32);
    s3 = v128.load(target, 48);
    s4 = v128.load(target, 64);
    s5 = v128.load(target, 80);
    s6 = v128.load(target, 96);
    s7 = v128.load(target, 112);
  }
  for (const end = right + rightStrip; right < end; right += 64, left += strip) {
    let vector = v128.load(right);
    s0 = along(s0, v128.load32_splat(left), vector);
    s1 = along(s1, v128.load32_splat(left, 16), vector);
    s2 = along(s2, v128.load32_splat(left, 32), vector);
    s3 = along(s3, v128.load32_splat(left, 48), vector);
    s4 = along(s4, v128.load32_splat(left, 64), vector);
    s5 = along(s5, v128.load32_splat(left, 80), vector);
    s6 = along(s6, v128.load32_splat(left, 96), vector);
    s7 = along(s7, v128.load32_splat(left, 112), vector);
    vector = v128.load(right, 16);
    s0 = along(s0, v128.load32_splat(left, 4), vector);
    s1 = along(s1, v128.load32_splat(left, 20), vector);
    s2 = along(s2, v128.load32_splat(left, 36), vector);
    s3 = along(s3, v128.load32_splat(left, 52), vector);
    s4 = along(s4, v128.load32_splat(left, 68), vector);
    s5 = along(s5, v128.load32_splat(left, 84), vector);
    s6 = along(s6, v128.load32_splat(left, 100), vector);
    s7 = along(s7, v128.load32_splat(left, 116), vector);
    vector = v128.load(right, 32);
    s0 = along(s0, v128.load32_splat(left, 8), vector);
    s1 = along(s1, v128.load32_splat(left, 24), vector);
    s2 = along(s2, v128.load32_splat(left, 40), vector);
    s3 = along(s3, v128.load32_splat(left, 56), vector);
    s4 = along(s4, v128.load32_splat(left, 72), vector);
    s5 = along(s5, v128.load32_splat(left, 88), vector);
    s6 = along(s6, v128.load32_splat(left, 104), vector);
    s7 = along(s7, v128.load32_splat(left, 120), vector);
    vector = v128.load(right, 48);
    s0 = along(s0, v128.load32_splat(left, 12), vector);
    s1 = along(s1, v128.load32_splat(left, 28), vector);
    s2 = along(s2, v128.load32_splat(left, 44), vector);
    s3 = along(s3, v128.load32_splat(left, 60), vector);
    s4 = along(s4, v128.load32_splat(left, 76), vector);
    s5 = along(s5, v128.load32_splat(left, 92), vector);
    s6 = along(s6, v128.load32_splat(left, 108), vector);
    s7 = along(s7, v128.load32_splat(left, 124), vector);
  }
  v128.store(target, s0);
  v128.store(target, s1, 16);
  v128.store(target, s2, 32);
  v128.store(target, s3, 48);
  v128.store(target, s4, 64);
  v128.store(target, s5, 80);
  v128.store(target, s6, 96);
  v128.store(target, s7, 112);
}

@inline
function fourRows(
  target: usize,
  left: usize,
  right: usize,
  strip: usize,
  rightStrip: usize,
  bias: v128,
  onTarget: bool,
): void {
  let s0 = bias;
  let s1 = bias;
  let s2 = bias;
  let s3 = bias;
  if (onTarget) {
    s0 = v128.load(target);
    s1 = v128.load(target, 16);
    s2 = v128.load(target, 32);
    s3 = v128.load(target, 48);
  }
  for (const end = right + rightStrip; right < end; right += 64, left += strip) {
    let vector = v128.load(right);
    s0 = along(s0, v128.load32_splat(left), vector);
    s1 = along(s1, v128.load32_splat(left, 16), vector);
    s2 = along(s2, v128.load32_splat(left, 32), vector);
    s3 = along(s3, v128.load32_splat(left, 48), vector);
    vector = v128.load(right, 16);
    s0 = along(s0, v128.load32_splat(left, 4), vector);
    s1 = along(s1, v128.load32_splat(left, 20), vector);
    s2 = along(s2, v128.load32_splat(left, 36), vector);
    s3 = along(s3, v128.load32_splat(left, 52), vector);
    vector = v128.load(right, 32);
    s0 = along(s0, v128.load32_splat(left, 8), vector);
    s1 = along(s1, v128.load32_splat(left, 24), vector);
    s2 = along(s2, v128.load32_splat(left, 40), vector);
    s3 = along(s3, v128.load32_splat(left, 56), vector);
    vector = v128.load(right, 48);
    s0 = along(s0, v128.load32_splat(left, 12), vector);
    s1 = along(s1, v128.load32_splat(left, 28), vector);
    s2 = along(s2, v128.load32_splat(left, 44), vector);
    s3 = along(s3, v128.load32_splat(left, 60), vector);
  }
  v128.store(target, s0);
  v128.store(target, s1, 16);
  v128.store(target, s2, 32);
  v128.store(target, s3, 48);
}
