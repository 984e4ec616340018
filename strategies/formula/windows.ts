import type { Binary } from './operators.ts';

/*
 * Each block of n rows is folded forwards, and once complete backwards: the last n rows are then the tail of one block
 * and the head of the next (van Herk 1992; Gil and Werman 1993). Linear in the rows for any window, and since nothing
 * is ever subtracted, a huge or unknown value leaves no trace once it has left the window.
 */

/** The last `n` rows folded by an associative `combine`; NaN on the first n - 1 rows. */
export function windowFold(values: Float64Array, n: number, combine: Binary): Float64Array {
  const rows = values.length;
  const folded = new Float64Array(rows).fill(Number.NaN);
  if (n > rows) return folded;
  const tail = new Float64Array(n);
  for (let start = 0; start < rows; start += n) {
    const end = Math.min(start + n, rows);
    let head = values[start];
    for (let i = start; i < end; i++) {
      if (i > start) head = combine(head, values[i]);
      const count = i - start + 1;
      if (count === n) folded[i] = head;
      else if (start > 0) folded[i] = combine(tail[count], head);
    }
    if (end - start < n) break;
    tail[n - 1] = values[end - 1];
    for (let k = n - 2; k >= 0; k--) tail[k] = combine(values[start + k], tail[k + 1]);
  }
  return folded;
}

export interface CrossSums {
  /** Mean of x. */
  readonly mean: Float64Array;
  /** Sum of (x - mean of x)(y - mean of y): exactly 0 where either is constant. */
  readonly cross: Float64Array;
}

/**
 * Centred cross-products of the last `n` rows; NaN on the first n - 1 rows. Sums are taken about the first row of the
 * block, which every window that ends in the block holds: deviations from it never exceed the window's own range, so
 * little is lost when the mean is taken off.
 */
export function windowCross(x: Float64Array, y: Float64Array, n: number): CrossSums {
  const rows = x.length;
  const mean = new Float64Array(rows).fill(Number.NaN);
  const cross = new Float64Array(rows).fill(Number.NaN);
  if (n > rows) return { mean, cross };
  const [tailX, tailY, tailXY] = [0, 1, 2].map(() => new Float64Array(n + 1));
  for (let start = 0; start < rows; start += n) {
    const originX = x[start];
    const originY = y[start];
    let [sumX, sumY, sumXY] = [0, 0, 0];
    for (let k = n - 1; start > 0 && k > 0; k--) {
      const dx = x[start - n + k] - originX;
      const dy = y[start - n + k] - originY;
      tailX[k] = sumX += dx;
      tailY[k] = sumY += dy;
      tailXY[k] = sumXY += dx * dy;
    }
    [sumX, sumY, sumXY] = [0, 0, 0];
    const end = Math.min(start + n, rows);
    for (let i = start; i < end; i++) {
      const dx = x[i] - originX;
      const dy = y[i] - originY;
      sumX += dx;
      sumY += dy;
      sumXY += dx * dy;
      const count = i - start + 1;
      if (start === 0 && count < n) continue;
      const shift = (sumX + tailX[count]) / n;
      mean[i] = originX + shift;
      cross[i] = sumXY + tailXY[count] - shift * (sumY + tailY[count]);
    }
  }
  return { mean, cross };
}
