import type { Random } from '@stratlab/data/random.ts';
import { sequentialBootstrap } from './sequential-bootstrap.ts';
import { placesOf, type SampledSeries, spansAt } from './series.ts';
import type { TrainingSample } from './training-sample.ts';

/**
 * A bootstrap sample of the rows that are learnt from, as many draws as there are rows: a row counts as often as it was
 * drawn, and one that was not is left out. Labels of different symbols do not compete. `size`: rows of the whole sample.
 */
export function bag(
  { rows, weights }: TrainingSample,
  series: readonly SampledSeries[],
  size: number,
  random: Random,
): TrainingSample {
  const counts = new Float64Array(size);
  for (const one of series) {
    const places = placesOf(one, rows);
    for (const drawn of sequentialBootstrap(spansAt(one, places), places.length, random)) {
      counts[one.rows[places[drawn]]]++;
    }
  }
  const kept = rows.filter((row) => counts[row] > 0);
  const drawn = weights?.slice() ?? new Float64Array(size).fill(1);
  for (const row of kept) drawn[row] *= counts[row];
  return { rows: kept, weights: withMeanOne(drawn, kept) };
}

/** The weights with those of `rows` scaled to a mean of 1. */
export function withMeanOne(weights: Float64Array, rows: Int32Array): Float64Array {
  let sum = 0;
  for (const row of rows) sum += weights[row];
  const scaled = weights.slice();
  for (const row of rows) scaled[row] = (weights[row] * rows.length) / sum;
  return scaled;
}
