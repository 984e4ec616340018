import { rowWeights } from './row-weights.ts';
import { sampleRows } from './sample-rows.ts';
import type { Sampling } from './schema.ts';
import type { SampledSeries } from './series.ts';

export interface TrainingSample {
  /** The rows that are learnt from, ascending. */
  readonly rows: Int32Array;
  /** One weight per row of the whole sample, their mean over `rows` 1, and 1 for any other; null: all 1. */
  readonly weights: Float64Array | null;
}

/**
 * What is learnt of a fold's training part, and how much each row counts. Everything that is fitted is fitted on these
 * rows: the threshold of events, the overlap of labels, the frequency of classes. Rows that would weigh 0 are left out.
 */
export function trainingSample(
  sampling: Sampling,
  train: Int32Array,
  series: readonly SampledSeries[],
  targets: Float64Array,
): TrainingSample {
  const events = sampleRows(sampling.events, train, series);
  const found = rowWeights(sampling, events, series, targets);
  if (found === null) return { rows: events, weights: null };
  const rows = events.filter((_, i) => found[i] > 0);
  const scale = rows.length / events.length;
  const weights = new Float64Array(targets.length).fill(1);
  events.forEach((row, i) => {
    if (found[i] > 0) weights[row] = found[i] * scale;
  });
  return { rows, weights };
}
