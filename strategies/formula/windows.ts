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

/**
 * How many of the last `n` rows are at most this one, this one included; NaN on the first n - 1 rows and where one of
 * them is unknown. Rows are taken in blocks: a block and the n rows before it hold every window that ends in it, so
 * their values are put in order once, and a tree of counts (P. Fenwick 1994) follows the window through them. A row
 * costs the logarithm of n.
 */
export function windowRank(values: Float64Array, n: number): Float64Array {
  const ranks = new Float64Array(values.length).fill(Number.NaN);
  const block = Math.max(n, 1024);
  for (let start = 0; start < values.length; start += block) {
    const from = Math.max(0, start - n);
    const end = Math.min(start + block, values.length);
    rankBlock(values.subarray(from, end), start - from, n, ranks.subarray(from, end));
  }
  return ranks;
}

/** Ranks the rows of `seen` from row `start` on. */
function rankBlock(seen: Float64Array, start: number, n: number, ranks: Float64Array): void {
  const places = placesOf(seen);
  const counts = new Int32Array(seen.length + 1);
  let unknown = n;
  for (let row = 0; row < seen.length; row++) {
    const place = places[row];
    count(counts, place, 1);
    if (row >= n) count(counts, places[row - n], -1);
    unknown = place === 0 ? n : unknown - 1;
    if (row >= start && unknown <= 0) ranks[row] = countTo(counts, place);
  }
}

/** For each value how many are at most it, 1 and up; 0 where it is unknown. */
function placesOf(values: Float64Array): Int32Array {
  const sorted = values.toSorted();
  const places = new Int32Array(values.length);
  for (let row = 0; row < values.length; row++) {
    let low = 0;
    let high = values.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (sorted[middle] <= values[row]) low = middle + 1;
      else high = middle;
    }
    places[row] = low;
  }
  return places;
}

function count(counts: Int32Array, place: number, by: 1 | -1): void {
  if (place === 0) return;
  for (let k = place; k < counts.length; k += k & -k) counts[k] += by;
}

function countTo(counts: Int32Array, place: number): number {
  let sum = 0;
  for (let k = place; k > 0; k -= k & -k) sum += counts[k];
  return sum;
}
