/** Features of the training rows as bins: bin b of an input holds the values above bound b - 1, up to bound b. */
export interface Bins {
  readonly rows: number;
  /** Column-major: input x rows. */
  readonly codes: Uint8Array;
  /** Ascending, per input; one less than its bins. */
  readonly bounds: readonly Float64Array[];
}

/**
 * At most `most` bins per input, cut by the values of the rows in `fitted`. Up to that many distinct values have a bin
 * each; more are cut at equal shares of the rows, a value never in two bins. Bounds lie half way between neighbouring
 * values, so on those rows bins, and with them trees, only depend on the order of the values.
 */
export function binFeatures(
  features: Float64Array,
  fitted: Int32Array,
  rows: number,
  inputs: number,
  most: number,
): Bins {
  const codes = new Uint8Array(inputs * rows);
  const bounds = Array.from({ length: inputs }, (_, input) => {
    const column = Float64Array.from(fitted, (row) => features[row * inputs + input]);
    const own = boundsOf(column.sort(), most);
    for (let row = 0; row < rows; row++) codes[input * rows + row] = binOf(own, features[row * inputs + input]);
    return own;
  });
  return { rows, codes, bounds };
}

function boundsOf(sorted: Float64Array, most: number): Float64Array {
  const ends: number[] = [];
  for (let row = 1; row < sorted.length; row++) if (sorted[row] > sorted[row - 1]) ends.push(row);
  const chosen = ends.length < most ? ends : quantileEnds(ends, sorted.length, most);
  return Float64Array.from(chosen, (end) => between(sorted[end - 1], sorted[end]));
}

/** Of the rows where a new value begins, the first at or after an equal share of the rows left for the bins left. */
function quantileEnds(ends: readonly number[], rows: number, most: number): number[] {
  const chosen: number[] = [];
  let from = 0;
  let next = 0;
  for (let left = most; left > 1; left--) {
    const wanted = from + (rows - from) / left;
    while (next < ends.length && ends[next] < wanted) next++;
    if (next === ends.length) break;
    from = ends[next++];
    chosen.push(from);
  }
  return chosen;
}

/** Half way, but below `high` even where rounding would reach it. */
function between(low: number, high: number): number {
  const half = low / 2 + high / 2;
  return half >= low && half < high ? half : low;
}

/** The first bin whose bound is not below x. */
function binOf(bounds: Float64Array, x: number): number {
  let low = 0;
  let high = bounds.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (x <= bounds[middle]) high = middle;
    else low = middle + 1;
  }
  return low;
}
