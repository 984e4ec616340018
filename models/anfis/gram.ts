/** Adds the lower triangle (in blocks of 4 x 4) of B'B to `gram`, for a row-major block B of `rows` x `stride`. */
export function addGram(gram: Float64Array, block: Float64Array, rows: number, stride: number): void {
  for (let i = 0; i < stride; i += 4) {
    for (let j = 0; j <= i; j += 4) addTile(gram, block, rows, stride, i, j);
  }
}

/** Sixteen sums kept in registers. */
function addTile(gram: Float64Array, block: Float64Array, rows: number, stride: number, i: number, j: number): void {
  let s00 = 0;
  let s01 = 0;
  let s02 = 0;
  let s03 = 0;
  let s10 = 0;
  let s11 = 0;
  let s12 = 0;
  let s13 = 0;
  let s20 = 0;
  let s21 = 0;
  let s22 = 0;
  let s23 = 0;
  let s30 = 0;
  let s31 = 0;
  let s32 = 0;
  let s33 = 0;
  for (let k = 0, a = i, b = j; k < rows; k++, a += stride, b += stride) {
    const a0 = block[a];
    const a1 = block[a + 1];
    const a2 = block[a + 2];
    const a3 = block[a + 3];
    const b0 = block[b];
    const b1 = block[b + 1];
    const b2 = block[b + 2];
    const b3 = block[b + 3];
    s00 += a0 * b0;
    s01 += a0 * b1;
    s02 += a0 * b2;
    s03 += a0 * b3;
    s10 += a1 * b0;
    s11 += a1 * b1;
    s12 += a1 * b2;
    s13 += a1 * b3;
    s20 += a2 * b0;
    s21 += a2 * b1;
    s22 += a2 * b2;
    s23 += a2 * b3;
    s30 += a3 * b0;
    s31 += a3 * b1;
    s32 += a3 * b2;
    s33 += a3 * b3;
  }
  const to = i * stride + j;
  addRow(gram, to, s00, s01, s02, s03);
  addRow(gram, to + stride, s10, s11, s12, s13);
  addRow(gram, to + 2 * stride, s20, s21, s22, s23);
  addRow(gram, to + 3 * stride, s30, s31, s32, s33);
}

function addRow(gram: Float64Array, at: number, a: number, b: number, c: number, d: number): void {
  gram[at] += a;
  gram[at + 1] += b;
  gram[at + 2] += c;
  gram[at + 3] += d;
}
