import { LabError } from '@stratlab/data/error.ts';
import { balancedWeights } from './class-weights.ts';
import type { Sampling } from './schema.ts';
import { logReturns, placesOf, type SampledSeries, spansAt } from './series.ts';
import { timeDecay } from './time-decay.ts';
import { attributedReturns, averageUniqueness } from './uniqueness.ts';

/**
 * What each of these training rows counts in the loss, their mean 1; null where all count the same. Labels compete only
 * with labels of the same symbol among these rows. The wished factors are multiplied: `weights` x time decay (by
 * uniqueness, in the order of the rows) x class weights. `targets` holds class indices, one per row of the sample.
 */
export function rowWeights(
  { weights, time_decay, class_weights }: Omit<Sampling, 'events'>,
  rows: Int32Array,
  series: readonly SampledSeries[],
  targets: Float64Array,
): Float64Array | null {
  const factors: Float64Array[] = [];
  if (weights === 'uniqueness') factors.push(uniquenessOf(rows, series));
  if (weights === 'return_attribution') factors.push(attributionOf(rows, series));
  if (time_decay !== null) factors.push(timeDecay(uniquenessOf(rows, series), time_decay));
  if (class_weights === 'balanced') factors.push(balancedWeights(Float64Array.from(rows, (row) => targets[row])));
  if (factors.length === 0) return null;
  const product = Float64Array.from(rows, (_, i) => factors.reduce((whole, factor) => whole * factor[i], 1));
  return scaledToMeanOne(product);
}

function uniquenessOf(rows: Int32Array, series: readonly SampledSeries[]): Float64Array {
  return perRow(rows, series, (one, places) => averageUniqueness(spansAt(one, places), one.close.length));
}

function attributionOf(rows: Int32Array, series: readonly SampledSeries[]): Float64Array {
  return perRow(rows, series, (one, places) => attributedReturns(spansAt(one, places), logReturns(one.close)));
}

/** Values that are computed symbol by symbol, in the order of `rows`. */
function perRow(
  rows: Int32Array,
  series: readonly SampledSeries[],
  compute: (one: SampledSeries, places: Int32Array) => Float64Array,
): Float64Array {
  const found = new Float64Array((rows.at(-1) ?? -1) + 1).fill(Number.NaN);
  for (const one of series) {
    const places = placesOf(one, rows);
    const values = compute(one, places);
    for (const [i, place] of places.entries()) found[one.rows[place]] = values[i];
  }
  return Float64Array.from(rows, (row) => found[row]);
}

function scaledToMeanOne(weights: Float64Array): Float64Array {
  const mean = weights.reduce((sum, weight) => sum + weight, 0) / weights.length;
  if (mean > 0) return weights.map((weight) => weight / mean);
  throw new LabError('insufficient_data', `All ${weights.length} training rows weigh 0.`, {
    hint: 'Where prices do not move no return can be attributed: use weights: uniqueness or none.',
    path: 'training.sampling.weights',
  });
}
