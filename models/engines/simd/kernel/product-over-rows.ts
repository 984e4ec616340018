@inline
function along(sum: v128, factor: v128, vector: v128): v128 {
  return f32x4.add(sum, f32x4.mul(factor, vector));
}

/**
 * target (inner x columns) += the transpose of left (rows x inner) times right (rows x columns), all in strips: what a
 * batch adds to the gradient of the weights between its inputs and its deltas. Sums run over the rows in ascending
 * order.
 */
export function addProductOverRows(
  target: usize,
  left: usize,
  right: usize,
  rows: usize,
  inner: usize,
  columns: usize,
): void {
  const strip = rows << 4;
  for (let column: usize = 0; column < columns; column += 4) {
    let from = left;
    let k: usize = 0;
    for (; k + 8 <= inner; k += 8) {
      twoStrips(target + (k << 4), from, right, strip);
      from += strip << 1;
    }
    if (k < inner) oneStrip(target + (k << 4), from, right, strip);
    target += inner << 4;
    right += strip;
  }
}

@inline
function twoStrips(target: usize, left: usize, right: usize, strip: usize): void {
  let s0 = v128.load(target);
  let s1 = v128.load(target, 16);
  let s2 = v128.load(target, 32);
  let s3 = v128.load(target, 48);
  let s4 = v128.load(target, 64);
  let s5 = v128.load(target, 80);
  let s6 = v128.load(target, 96);
  let s7 = v128.load(target, 112);
  let next = left + strip;
  for (const end = right + strip; right < end; right += 32, left += 32, next += 32) {
    let vector = v128.load(right);
    s0 = along(s0, v128.load32_splat(left), vector);
    s1 = along(s1, v128.load32_splat(left, 4), vector);
    s2 = along(s2, v128.load32_splat(left, 8), vector);
    s3 = along(s3, v128.load32_splat(left, 12), vector);
    s4 = along(s4, v128.load32_splat(next), vector);
    s5 = along(s5, v128.load32_splat(next, 4), vector);
    s6 = along(s6, v128.load32_splat(next, 8), vector);
    s7 = along(s7, v128.load32_splat(next, 12), vector);
    vector = v128.load(right, 16);
    s0 = along(s0, v128.load32_splat(left, 16), vector);
    s1 = along(s1, v128.load32_splat(left, 20), vector);
    s2 = along(s2, v128.load32_splat(left, 24), vector);
    s3 = along(s3, v128.load32_splat(left, 28), vector);
    s4 = along(s4, v128.load32_splat(next, 16), vector);
    s5 = along(s5, v128.load32_splat(next, 20), vector);
    s6 = along(s6, v128.load32_splat(next, 24), vector);
    s7 = along(s7, v128.load32_splat(next, 28), vector);
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
function oneStrip(target: usize, left: usize, right: usize, strip: usize): void {
  let s0 = v128.load(target);
  let s1 = v128.load(target, 16);
  let s2 = v128.load(target, 32);
  let s3 = v128.load(target, 48);
  for (const end = right + strip; right < end; right += 32, left += 32) {
    let vector = v128.load(right);
    s0 = along(s0, v128.load32_splat(left), vector);
    s1 = along(s1, v128.load32_splat(left, 4), vector);
    s2 = along(s2, v128.load32_splat(left, 8), vector);
    s3 = along(s3, v128.load32_splat(left, 12), vector);
    vector = v128.load(right, 16);
    s0 = along(s0, v128.load32_splat(left, 16), vector);
    s1 = along(s1, v128.load32_splat(left, 20), vector);
    s2 = along(s2, v128.load32_splat(left, 24), vector);
    s3 = along(s3, v128.load32_splat(left, 28), vector);
  }
  v128.store(target, s0);
  v128.store(target, s1, 16);
  v128.store(target, s2, 32);
  v128.store(target, s3, 48);
}

/** target (one row of columns) += the sum of the rows. */
export function addRows(target: usize, matrix: usize, rows: usize, columns: usize): void {
  for (let column: usize = 0; column < columns; column += 4) {
    let even = v128.load(target);
    let odd = f32x4.splat(0);
    for (const end = matrix + (rows << 4); matrix < end; matrix += 32) {
      even = f32x4.add(even, v128.load(matrix));
      odd = f32x4.add(odd, v128.load(matrix, 16));
    }
    v128.store(target, f32x4.add(even, odd));
    target += 16;
  }
}
