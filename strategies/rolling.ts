import { takeColumn } from './columns.ts';

/** Sliding sums are taken afresh after this many bars, so that rounding errors cannot pile up. */
const FRESH_EVERY = 512;
/** They are also taken afresh when little is left of what they were: the remainder would be mostly rounding error. */
const RESIDUE = 1e-5;

/** A column of `rows` values, NaN on its first `warmup` rows; the caller writes the others. */
export function warmingUp(rows: number, warmup: number): Float64Array {
  return takeColumn(rows).fill(Number.NaN, 0, warmup);
}

/** Sum of the last `period` values, for values defined from row `first` on. */
export function rollingSum(values: Float64Array, period: number, first = 0): Float64Array {
  return slidingSums(values, period, first, 1, takeColumn(values.length));
}

/** Mean of the last `period` values, for values defined from row `first` on; in `means`, where that is given. */
export function rollingMean(
  values: Float64Array,
  period: number,
  first = 0,
  means: Float64Array = takeColumn(values.length),
): Float64Array {
  return slidingSums(values, period, first, period, means);
}

function slidingSums(
  values: Float64Array,
  period: number,
  first: number,
  divisor: number,
  sums: Float64Array,
): Float64Array {
  sums.fill(Number.NaN, 0, first + period - 1);
  for (let row = first + period - 1; row < values.length; ) row = slideSum(values, period, divisor, sums, row);
  return sums;
}

/**
 * Sums taken afresh at `row` and slid on from there; the row at which they must be taken afresh again. It goes in stretches
 * in which the sum stays within half of what it was at their start: one comparison a row shows that enough is left of it.
 */
function slideSum(values: Float64Array, period: number, divisor: number, sums: Float64Array, row: number): number {
  let sum = 0;
  for (let k = row - period + 1; k <= row; k++) sum += values[k];
  sums[row] = sum / divisor;
  let most = 0;
  const end = freshRow(row, period, values.length);
  for (let next = row + 1; next < end; next++) {
    const start = sum;
    const reach = Math.abs(start) / 2;
    most = Math.max(most, 3 * reach);
    for (; next < end; next++) {
      sum += values[next] - values[next - period];
      if (!(Math.abs(sum - start) <= reach)) break;
      sums[next] = sum / divisor;
    }
    if (next === end) return end;
    if (Math.abs(sum) < most * RESIDUE) return next;
    sums[next] = sum / divisor;
  }
  return end;
}

/** Row at which sums that slide on from `row` are next taken afresh. */
function freshRow(row: number, period: number, rows: number): number {
  return Math.min(row + Math.max(FRESH_EVERY, period), rows);
}

/** Mean and standard deviation (divisor `period - ddof`) of the last `period` values; exactly 0 where they are equal. */
export function rollingMoments(
  values: Float64Array,
  period: number,
  ddof: number,
): { mean: Float64Array; deviation: Float64Array } {
  const mean = warmingUp(values.length, period - 1);
  return { mean, deviation: deviations(values, period, ddof, mean) };
}

/** The standard deviation of `rollingMoments` alone. */
export function rollingDeviation(values: Float64Array, period: number, ddof: number): Float64Array {
  return deviations(values, period, ddof, null);
}

function deviations(values: Float64Array, period: number, ddof: number, mean: Float64Array | null): Float64Array {
  const deviation = warmingUp(values.length, period - 1);
  for (let row = period - 1; row < values.length; ) row = slideMoments(values, period, ddof, mean, deviation, row);
  return deviation;
}

/** As `slideSum`, with sums of distances from the value at `row`. */
function slideMoments(
  values: Float64Array,
  period: number,
  ddof: number,
  mean: Float64Array | null,
  deviation: Float64Array,
  row: number,
): number {
  const perValue = 1 / period;
  const perFreedom = 1 / (period - ddof);
  const origin = values[row];
  let sum = 0;
  let squares = 0;
  for (let k = row - period + 1; k <= row; k++) {
    const value = values[k] - origin;
    sum += value;
    squares += value * value;
  }
  if (mean !== null) mean[row] = origin + sum * perValue;
  deviation[row] = Math.sqrt(Math.max(0, squares - sum * sum * perValue) * perFreedom);
  let peak = squares;
  const end = freshRow(row, period, values.length);
  for (let next = row + 1; next < end; next++) {
    const entering = values[next] - origin;
    const leaving = values[next - period] - origin;
    const change = entering - leaving;
    sum += change;
    squares += change * (entering + leaving);
    const shift = sum * perValue;
    const spread = squares - sum * shift;
    if (squares > peak) peak = squares;
    if (spread < peak * RESIDUE) return next;
    if (mean !== null) mean[next] = origin + shift;
    deviation[next] = Math.sqrt(spread * perFreedom);
  }
  return end;
}

/** Centred sums over the last `period` pairs: of x squared, of the products, and of y squared. */
export interface Comoments {
  readonly xx: Float64Array;
  readonly xy: Float64Array;
  readonly yy: Float64Array;
}

/** For pairs defined from row `first` on. The sum of squares of equal values is exactly 0. */
export function rollingComoments(x: Float64Array, y: Float64Array, period: number, first = 0): Comoments {
  const rows = x.length;
  const [xx, xy, yy] = [0, 1, 2].map(() => warmingUp(rows, first + period - 1));
  const perPair = 1 / period;
  for (let row = first + period - 1; row < rows; ) {
    const start = row;
    const end = freshRow(row, period, rows);
    const originX = x[row];
    const originY = y[row];
    let [sumX, sumY, sumXX, sumXY, sumYY] = [0, 0, 0, 0, 0];
    for (let k = row - period + 1; k <= row; k++) {
      const a = x[k] - originX;
      const b = y[k] - originY;
      sumX += a;
      sumY += b;
      sumXX += a * a;
      sumXY += a * b;
      sumYY += b * b;
    }
    for (let peakX = 0, peakY = 0; ; ) {
      const spreadX = sumXX - sumX * sumX * perPair;
      const spreadY = sumYY - sumY * sumY * perPair;
      if (sumXX > peakX) peakX = sumXX;
      if (sumYY > peakY) peakY = sumYY;
      if (row > start && (spreadX < peakX * RESIDUE || spreadY < peakY * RESIDUE)) break;
      xx[row] = Math.max(0, spreadX);
      xy[row] = sumXY - sumX * sumY * perPair;
      yy[row] = Math.max(0, spreadY);
      if (++row === end) break;
      const a = x[row] - originX;
      const b = y[row] - originY;
      const c = x[row - period] - originX;
      const d = y[row - period] - originY;
      sumX += a - c;
      sumY += b - d;
      sumXX += a * a - c * c;
      sumXY += a * b - c * d;
      sumYY += b * b - d * d;
    }
  }
  return { xx, xy, yy };
}

/** Mean of the last `period` values weighted 1 (oldest) to `period` (newest). */
export function rollingWeightedMean(values: Float64Array, period: number): Float64Array {
  const rows = values.length;
  const means = warmingUp(rows, period - 1);
  const weights = (period * (period + 1)) / 2;
  for (let row = period - 1; row < rows; ) {
    const end = freshRow(row, period, rows);
    let sum = 0;
    let ramp = 0;
    for (let k = 1; k <= period; k++) {
      sum += values[row - period + k];
      ramp += k * values[row - period + k];
    }
    for (;;) {
      means[row] = ramp / weights;
      if (++row === end) break;
      ramp += period * values[row] - sum;
      sum += values[row] - values[row - period];
    }
  }
  return means;
}

/** Slope per bar of the least-squares line through the last `period` values. */
export function rollingSlope(values: Float64Array, period: number): Float64Array {
  const rows = values.length;
  const slopes = warmingUp(rows, period - 1);
  const centre = (period + 1) / 2;
  const scale = 12 / (period * (period * period - 1));
  for (let row = period - 1; row < rows; ) {
    const end = freshRow(row, period, rows);
    const origin = values[row];
    let sum = 0;
    let ramp = 0;
    for (let k = 1; k <= period; k++) {
      const value = values[row - period + k] - origin;
      sum += value;
      ramp += k * value;
    }
    for (let peak = 0; ; ) {
      const size = Math.abs(sum);
      if (size > peak) peak = size;
      else if (size < peak * RESIDUE) break;
      slopes[row] = (ramp - centre * sum) * scale;
      if (++row === end) break;
      const entering = values[row] - origin;
      ramp += period * entering - sum;
      sum += entering - (values[row - period] - origin);
    }
  }
  return slopes;
}

/** Largest of the last `period` values, for values defined from row `first` on. */
export function rollingMax(values: Float64Array, period: number, first = 0): Float64Array {
  return extremes(values, period, first, 1);
}

/** Smallest of the last `period` values, for values defined from row `first` on. */
export function rollingMin(values: Float64Array, period: number, first = 0): Float64Array {
  return extremes(values, period, first, -1);
}

/** Row of the largest of the last `period` values, the latest of equals; -1 during the warm-up. */
export function rollingMaxRow(values: Float64Array, period: number, first = 0): Int32Array {
  return extremeRows(values, period, first, 1);
}

/** Row of the smallest of the last `period` values, the latest of equals; -1 during the warm-up. */
export function rollingMinRow(values: Float64Array, period: number, first = 0): Int32Array {
  return extremeRows(values, period, first, -1);
}

/*
 * Rows are taken in blocks of `period`: the last `period` rows are the tail of one block, folded backwards once it is
 * complete, and the head of the next (van Herk 1992; Gil and Werman 1993). Three comparisons a row for any period, and
 * few that go another way than the one before, which a queue of candidates costs at every other row.
 */

function extremes(values: Float64Array, period: number, first: number, sign: 1 | -1): Float64Array {
  const rows = values.length;
  const found = takeColumn(rows);
  const tail = new Float64Array(period + 1).fill(Number.NEGATIVE_INFINITY);
  for (let start = first; start < rows; start += period) {
    const end = Math.min(start + period, rows);
    let most = Number.NEGATIVE_INFINITY;
    for (let row = start; row < end; row++) {
      const value = sign * values[row];
      if (value > most) most = value;
      const earlier = tail[row - start + 1];
      found[row] = sign * (earlier > most ? earlier : most);
    }
    most = Number.NEGATIVE_INFINITY;
    for (let row = end - 1; row > start; row--) {
      const value = sign * values[row];
      if (value > most) most = value;
      tail[row - start] = most;
    }
  }
  return found.fill(Number.NaN, 0, first + period - 1);
}

function extremeRows(values: Float64Array, period: number, first: number, sign: 1 | -1): Int32Array {
  const rows = values.length;
  const found = new Int32Array(rows);
  const tail = new Int32Array(period + 1).fill(first);
  for (let start = first; start < rows; start += period) {
    const end = Math.min(start + period, rows);
    let last = start;
    tail[period] = start;
    for (let row = start; row < end; row++) {
      if (sign * values[row] >= sign * values[last]) last = row;
      const earlier = tail[row - start + 1];
      found[row] = sign * values[earlier] > sign * values[last] ? earlier : last;
    }
    last = end - 1;
    for (let row = last; row > start; row--) {
      if (sign * values[row] > sign * values[last]) last = row;
      tail[row - start] = last;
    }
  }
  return found.fill(-1, 0, first + period - 1);
}
