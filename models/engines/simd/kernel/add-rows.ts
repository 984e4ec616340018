/** target (one row of columns) += the sum of the rows of a matrix in strips. */
export function addRows(target: usize, matrix: usize, rows: usize, columns: usize): void {
  for (let column: usize = 0; column < columns; column += 8, target += 32) {
    let evenA = v128.load(target);
    let evenB = v128.load(target, 16);
    let oddA = f32x4.splat(0);
    let oddB = f32x4.splat(0);
    for (const end = matrix + (rows << 5); matrix < end; matrix += 64) {
      evenA = f32x4.add(evenA, v128.load(matrix));
      evenB = f32x4.add(evenB, v128.load(matrix, 16));
      oddA = f32x4.add(oddA, v128.load(matrix, 32));
      oddB = f32x4.add(oddB, v128.load(matrix, 48));
    }
    v128.store(target, f32x4.add(evenA, oddA));
    v128.store(target, f32x4.add(evenB, oddB), 16);
  }
}
