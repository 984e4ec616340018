/** A bin of forecasts of about the same probability. */
export interface Bin {
  readonly rows: number;
  readonly confidence: number;
  /** Share of its rows in which what was forecast came true. */
  readonly hitRate: number;
}

export interface Reliability {
  readonly bins: Bin[];
  /**
   * Expected calibration error: distance of confidence and hit rate, averaged over the rows (Naeini, Cooper and
   * Hauskrecht 2015, in bins of equal mass).
   */
  readonly calibrationError: number;
}

const binCount = 10;

/** How often forecasts of a probability come true: up to ten bins of equal mass, ascending; equal forecasts share one. */
export function reliabilityOf(confidence: Float64Array, hits: Float64Array): Reliability {
  const bins = binsOf(confidence).map((rows): Bin => {
    const mean = (values: Float64Array) => rows.reduce((sum, row) => sum + values[row], 0) / rows.length;
    return { rows: rows.length, confidence: mean(confidence), hitRate: mean(hits) };
  });
  const gaps = bins.reduce((sum, bin) => sum + bin.rows * Math.abs(bin.confidence - bin.hitRate), 0);
  return { bins, calibrationError: gaps / confidence.length };
}

/** Row numbers of each bin. */
export function binsOf(forecasts: Float64Array): Int32Array[] {
  const order = Int32Array.from(forecasts, (_, row) => row).sort((a, b) => forecasts[a] - forecasts[b] || a - b);
  const bins: Int32Array[] = [];
  let from = 0;
  for (let k = 1; k <= binCount; k++) {
    let to = Math.round((k * order.length) / binCount);
    while (to > 0 && to < order.length && forecasts[order[to]] === forecasts[order[to - 1]]) to++;
    if (to > from) bins.push(order.subarray(from, to));
    from = Math.max(from, to);
  }
  return bins;
}

/** The probability of the likeliest class per row. */
export function topProbabilities(probabilities: Float64Array, classes: number): Float64Array {
  return Float64Array.from({ length: probabilities.length / classes }, (_, row) =>
    Math.max(...probabilities.subarray(row * classes, (row + 1) * classes)),
  );
}
