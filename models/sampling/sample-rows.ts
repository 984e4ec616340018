import { LabError } from '@stratlab/data/error.ts';
import { returnDeviation } from '@stratlab/strategies/exponential-deviation.ts';
import { cusumEvents } from './cusum.ts';
import type { CusumEvents, Sampling } from './schema.ts';
import { logReturns, placesOf, type SampledSeries } from './series.ts';

/**
 * The training rows that are learnt from, ascending: all, or those whose bar is an event of its symbol's CUSUM filter.
 * The filter runs over all bars, each judged by earlier ones only; a threshold in deviations is fitted on the training
 * rows, symbol by symbol. Throws `insufficient_data` where no row is an event.
 */
export function sampleRows(
  events: Sampling['events'],
  train: Int32Array,
  series: readonly SampledSeries[],
): Int32Array {
  if (events === 'all') return train;
  const rows = series.flatMap((one) => eventRows(events, train, one)).sort((a, b) => a - b);
  if (rows.length > 0) return Int32Array.from(rows);
  throw new LabError('insufficient_data', `None of ${train.length} training rows is a CUSUM event.`, {
    hint: 'Choose a lower threshold or volatility_multiple, or events: all.',
    path: 'training.sampling.events',
  });
}

function eventRows(events: CusumEvents, train: Int32Array, series: SampledSeries): number[] {
  const places = placesOf(series, train);
  const threshold = 'threshold' in events ? events.threshold : fittedThreshold(events, places, series);
  if (threshold === null) return [];
  const isEvent = new Uint8Array(series.close.length);
  for (const bar of cusumEvents(logReturns(series.close), threshold)) isEvent[bar] = 1;
  return Array.from(
    places.filter((place) => isEvent[series.bars[place]] === 1),
    (place) => series.rows[place],
  );
}

/** A multiple of the mean deviation of returns at the training rows (snippet 3.5 of Lopez de Prado 2018); null: unknown. */
function fittedThreshold(
  { volatility_multiple, span }: Extract<CusumEvents, { span: number }>,
  places: Int32Array,
  { close, bars }: SampledSeries,
): number | null {
  const deviation = returnDeviation(close, span);
  const known = Array.from(places, (place) => deviation[bars[place]]).filter((sigma) => !Number.isNaN(sigma));
  if (known.length === 0) return null;
  return (volatility_multiple * known.reduce((sum, sigma) => sum + sigma, 0)) / known.length;
}
