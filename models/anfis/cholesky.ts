/**
 * Replaces the lower triangle of a symmetric positive definite `size` x `size` matrix (rows `stride` apart) by its
 * Cholesky factor L. A pivot that rounding left at or below 0 makes its unknown 0: its column of L is cleared.
 */
export function factorise(matrix: Float64Array, size: number, stride: number): void {
  for (let j = 0; j < size; j++) {
    const row = j * stride;
    const pivot = matrix[row + j] - dot(matrix, row, matrix, row, j);
    const root = pivot > 0 ? Math.sqrt(pivot) : Number.POSITIVE_INFINITY;
    matrix[row + j] = root;
    for (let i = j + 1; i < size; i++) {
      const at = i * stride;
      matrix[at + j] = (matrix[at + j] - dot(matrix, at, matrix, row, j)) / root;
    }
  }
}

/** Solves L x = b in place. */
export function solveLower(factor: Float64Array, size: number, stride: number, values: Float64Array): void {
  for (let i = 0; i < size; i++) {
    const row = i * stride;
    values[i] = (values[i] - dot(factor, row, values, 0, i)) / factor[row + i];
  }
}

/** Solves L' x = b in place. */
export function solveUpper(factor: Float64Array, size: number, stride: number, values: Float64Array): void {
  for (let i = size - 1; i >= 0; i--) {
    const row = i * stride;
    const value = values[i] / factor[row + i];
    values[i] = value;
    for (let j = 0; j < i; j++) values[j] -= factor[row + j] * value;
  }
}

function dot(left: Float64Array, from: number, right: Float64Array, to: number, count: number): number {
  let sum = 0;
  for (let k = 0; k < count; k++) sum += left[from + k] * right[to + k];
  return sum;
}
