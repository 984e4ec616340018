import { multiplyAdd } from './multiply-add';

/** One strip's row of zeros. */
const zeros = memory.data(32, 16);

/** Whether blocks of 12 rows pay. */
let tall = false;

/**
 * Blocks of 12 rows x 8 columns want 12 registers of 256 bits, which is how a host that joins neighbouring vectors
 * keeps them; elsewhere blocks of 4 x 8, which fit 16 registers of 128 bits, measured best. Both give the same bits.
 */
export function setTallBlocks(pay: bool): void {
  tall = pay;
}

/**
 * target = left right: rows x columns, all in strips, `rows` a multiple of four, `columns` of eight. Each sum runs over
 * `inner` in ascending order.
 */
export function setProduct(
  target: usize,
  left: usize,
  right: usize,
  rows: usize,
  inner: usize,
  columns: usize,
): void {
  product(target, zeros, 0, 0, left, right, rows, inner, columns);
}

/** target = left right + biases, one row of columns. */
export function setProductPlus(
  target: usize,
  left: usize,
  right: usize,
  biases: usize,
  rows: usize,
  inner: usize,
  columns: usize,
): void {
  product(target, biases, 0, 32, left, right, rows, inner, columns);
}

/** target += left right. */
export function addProduct(
  target: usize,
  left: usize,
  right: usize,
  rows: usize,
  inner: usize,
  columns: usize,
): void {
  product(target, target, 32, rows << 5, left, right, rows, inner, columns);
}

/** The sums begin with what lies at `start`, `startRow` bytes from row to row and `startStrip` from strip to strip. */
function product(
  target: usize,
  start: usize,
  startRow: usize,
  startStrip: usize,
  left: usize,
  right: usize,
  rows: usize,
  inner: usize,
  columns: usize,
): void {
  const strip = rows << 5;
  for (let column: usize = 0; column < columns; column += 8) {
    let row: usize = 0;
    if (tall) {
      for (; row + 12 <= rows; row += 12) {
        twelveRows(target + (row << 5), start + row * startRow, startRow, left + (row << 5), right, strip, inner);
      }
    }
    for (; row < rows; row += 4) {
      fourRows(target + (row << 5), start + row * startRow, startRow, left + (row << 5), right, strip, inner);
    }
    target += strip;
    start += startStrip;
    right += inner << 5;
  }
}

@inline
function twelveRows(
  target: usize,
  start: usize,
  startRow: usize,
  left: usize,
  right: usize,
  strip: usize,
  inner: usize,
): void {
  let a0 = v128.load(start);
  let b0 = v128.load(start, 16);
  start += startRow;
  let a1 = v128.load(start);
  let b1 = v128.load(start, 16);
  start += startRow;
  let a2 = v128.load(start);
  let b2 = v128.load(start, 16);
  start += startRow;
  let a3 = v128.load(start);
  let b3 = v128.load(start, 16);
  start += startRow;
  let a4 = v128.load(start);
  let b4 = v128.load(start, 16);
  start += startRow;
  let a5 = v128.load(start);
  let b5 = v128.load(start, 16);
  start += startRow;
  let a6 = v128.load(start);
  let b6 = v128.load(start, 16);
  start += startRow;
  let a7 = v128.load(start);
  let b7 = v128.load(start, 16);
  start += startRow;
  let a8 = v128.load(start);
  let b8 = v128.load(start, 16);
  start += startRow;
  let a9 = v128.load(start);
  let b9 = v128.load(start, 16);
  start += startRow;
  let a10 = v128.load(start);
  let b10 = v128.load(start, 16);
  start += startRow;
  let a11 = v128.load(start);
  let b11 = v128.load(start, 16);
  for (let k: usize = 0; k < inner; k += 8, left += strip - 32) {
    for (const end = left + (min<usize>(inner - k, 8) << 2); left < end; left += 4, right += 32) {
      const a = v128.load(right);
      const b = v128.load(right, 16);
      let factor = v128.load32_splat(left);
      a0 = multiplyAdd(factor, a, a0);
      b0 = multiplyAdd(factor, b, b0);
      factor = v128.load32_splat(left, 32);
      a1 = multiplyAdd(factor, a, a1);
      b1 = multiplyAdd(factor, b, b1);
      factor = v128.load32_splat(left, 64);
      a2 = multiplyAdd(factor, a, a2);
      b2 = multiplyAdd(factor, b, b2);
      factor = v128.load32_splat(left, 96);
      a3 = multiplyAdd(factor, a, a3);
      b3 = multiplyAdd(factor, b, b3);
      factor = v128.load32_splat(left, 128);
      a4 = multiplyAdd(factor, a, a4);
      b4 = multiplyAdd(factor, b, b4);
      factor = v128.load32_splat(left, 160);
      a5 = multiplyAdd(factor, a, a5);
      b5 = multiplyAdd(factor, b, b5);
      factor = v128.load32_splat(left, 192);
      a6 = multiplyAdd(factor, a, a6);
      b6 = multiplyAdd(factor, b, b6);
      factor = v128.load32_splat(left, 224);
      a7 = multiplyAdd(factor, a, a7);
      b7 = multiplyAdd(factor, b, b7);
      factor = v128.load32_splat(left, 256);
      a8 = multiplyAdd(factor, a, a8);
      b8 = multiplyAdd(factor, b, b8);
      factor = v128.load32_splat(left, 288);
      a9 = multiplyAdd(factor, a, a9);
      b9 = multiplyAdd(factor, b, b9);
      factor = v128.load32_splat(left, 320);
      a10 = multiplyAdd(factor, a, a10);
      b10 = multiplyAdd(factor, b, b10);
      factor = v128.load32_splat(left, 352);
      a11 = multiplyAdd(factor, a, a11);
      b11 = multiplyAdd(factor, b, b11);
    }
  }
  v128.store(target, a0);
  v128.store(target, b0, 16);
  v128.store(target, a1, 32);
  v128.store(target, b1, 48);
  v128.store(target, a2, 64);
  v128.store(target, b2, 80);
  v128.store(target, a3, 96);
  v128.store(target, b3, 112);
  v128.store(target, a4, 128);
  v128.store(target, b4, 144);
  v128.store(target, a5, 160);
  v128.store(target, b5, 176);
  v128.store(target, a6, 192);
  v128.store(target, b6, 208);
  v128.store(target, a7, 224);
  v128.store(target, b7, 240);
  v128.store(target, a8, 256);
  v128.store(target, b8, 272);
  v128.store(target, a9, 288);
  v128.store(target, b9, 304);
  v128.store(target, a10, 320);
  v128.store(target, b10, 336);
  v128.store(target, a11, 352);
  v128.store(target, b11, 368);
}

@inline
function fourRows(
  target: usize,
  start: usize,
  startRow: usize,
  left: usize,
  right: usize,
  strip: usize,
  inner: usize,
): void {
  let a0 = v128.load(start);
  let b0 = v128.load(start, 16);
  start += startRow;
  let a1 = v128.load(start);
  let b1 = v128.load(start, 16);
  start += startRow;
  let a2 = v128.load(start);
  let b2 = v128.load(start, 16);
  start += startRow;
  let a3 = v128.load(start);
  let b3 = v128.load(start, 16);
  for (let k: usize = 0; k < inner; k += 8, left += strip - 32) {
    for (const end = left + (min<usize>(inner - k, 8) << 2); left < end; left += 4, right += 32) {
      const a = v128.load(right);
      const b = v128.load(right, 16);
      let factor = v128.load32_splat(left);
      a0 = multiplyAdd(factor, a, a0);
      b0 = multiplyAdd(factor, b, b0);
      factor = v128.load32_splat(left, 32);
      a1 = multiplyAdd(factor, a, a1);
      b1 = multiplyAdd(factor, b, b1);
      factor = v128.load32_splat(left, 64);
      a2 = multiplyAdd(factor, a, a2);
      b2 = multiplyAdd(factor, b, b2);
      factor = v128.load32_splat(left, 96);
      a3 = multiplyAdd(factor, a, a3);
      b3 = multiplyAdd(factor, b, b3);
    }
  }
  v128.store(target, a0);
  v128.store(target, b0, 16);
  v128.store(target, a1, 32);
  v128.store(target, b1, 48);
  v128.store(target, a2, 64);
  v128.store(target, b2, 80);
  v128.store(target, a3, 96);
  v128.store(target, b3, 112);
}
