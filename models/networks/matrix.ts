/** A matrix seen through strides: element (i, k) is at `i * rowStride + k * columnStride`. */
export interface Strided {
  values: Float64Array;
  rowStride: number;
  columnStride: number;
}

/**
 * target = left right (+ bias in every row): rows x columns, row-major, summed over `inner` in ascending order.
 * Blocks of 2 x 4 sums are kept in registers, which is worth a factor of three over one sum at a time.
 */
export function multiply(
  target: Float64Array,
  left: Strided,
  right: Float64Array,
  bias: Float64Array | null,
  rows: number,
  inner: number,
  columns: number,
): void {
  const blockColumns = columns - (columns % 4);
  const blockRows = rows - (rows % 2);
  for (let j = 0; j < blockColumns; j += 4) {
    for (let i = 0; i < blockRows; i += 2) multiplyBlock(target, left, right, bias, i, j, inner, columns);
    if (blockRows < rows) multiplyPart(target, left, right, bias, blockRows, rows, j, j + 4, inner, columns);
  }
  if (blockColumns < columns) multiplyPart(target, left, right, bias, 0, rows, blockColumns, columns, inner, columns);
}

function multiplyBlock(
  target: Float64Array,
  { values, rowStride, columnStride }: Strided,
  right: Float64Array,
  bias: Float64Array | null,
  row: number,
  column: number,
  inner: number,
  columns: number,
): void {
  let a0 = 0;
  let a1 = 0;
  let a2 = 0;
  let a3 = 0;
  if (bias !== null) {
    a0 = bias[column];
    a1 = bias[column + 1];
    a2 = bias[column + 2];
    a3 = bias[column + 3];
  }
  let b0 = a0;
  let b1 = a1;
  let b2 = a2;
  let b3 = a3;
  let at = row * rowStride;
  let from = column;
  for (let k = 0; k < inner; k++, at += columnStride, from += columns) {
    const a = values[at];
    const b = values[at + rowStride];
    const r0 = right[from];
    const r1 = right[from + 1];
    const r2 = right[from + 2];
    const r3 = right[from + 3];
    a0 += a * r0;
    a1 += a * r1;
    a2 += a * r2;
    a3 += a * r3;
    b0 += b * r0;
    b1 += b * r1;
    b2 += b * r2;
    b3 += b * r3;
  }
  const to = row * columns + column;
  target[to] = a0;
  target[to + 1] = a1;
  target[to + 2] = a2;
  target[to + 3] = a3;
  target[to + columns] = b0;
  target[to + columns + 1] = b1;
  target[to + columns + 2] = b2;
  target[to + columns + 3] = b3;
}

function multiplyPart(
  target: Float64Array,
  { values, rowStride, columnStride }: Strided,
  right: Float64Array,
  bias: Float64Array | null,
  fromRow: number,
  toRow: number,
  fromColumn: number,
  toColumn: number,
  inner: number,
  columns: number,
): void {
  for (let i = fromRow; i < toRow; i++) {
    for (let j = fromColumn; j < toColumn; j++) {
      let sum = bias === null ? 0 : bias[j];
      let at = i * rowStride;
      for (let k = 0; k < inner; k++, at += columnStride) sum += values[at] * right[k * columns + j];
      target[i * columns + j] = sum;
    }
  }
}

/** target (columns x rows) = the transpose of source (rows x columns). */
export function transpose(target: Float64Array, source: Float64Array, rows: number, columns: number): void {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) target[j * rows + i] = source[i * columns + j];
  }
}
