import { barCount, firstBarFrom } from '@stratlab/data/bars.ts';
import { LabError } from '@stratlab/data/error.ts';
import { formatDate } from '@stratlab/data/instant.ts';
import type { BarStore } from '@stratlab/data/store.ts';
import { timeframes } from '@stratlab/data/timeframe.ts';
import { usableRows } from '@stratlab/models/fit.ts';
import type { SampledSeries } from '@stratlab/models/sampling/series.ts';
import { baseTimeframe, documentSymbols } from '@stratlab/strategies/document.ts';
import { type Feature, featureMatrix } from '@stratlab/strategies/features.ts';
import type { ChosenLabel } from '@stratlab/strategies/label.ts';
import { StrategyView } from '@stratlab/strategies/market-view.ts';
import { z } from 'zod';
import { readMarket } from './market.ts';
import type { LabStrategy } from './strategy-language.ts';

/** A series that was learnt from: content hash, and starts of the first and last bar used. */
export const usedSeriesSchema = z.strictObject({
  symbol: z.string(),
  timeframe: z.enum(timeframes),
  hash: z.string(),
  start: z.number(),
  end: z.number(),
});
export type UsedSeries = z.infer<typeof usedSeriesSchema>;

/** Of bars by their start, inclusive, epoch milliseconds. */
interface Range {
  start: number | undefined;
  end: number | undefined;
}

/** Rows of all symbols on one clock: sorted by the start of their bar, then in the order of the symbols. */
export interface Sample {
  kind: 'classification' | 'regression';
  series: UsedSeries[];
  features: Float64Array;
  targets: Float64Array;
  time: Float64Array;
  /** Start of the last bar that the row's label depends on. */
  known: Float64Array;
  /** The bars of each symbol, and which rows are its. */
  sampled: SampledSeries[];
}

/** Features and labels of all the strategy's symbols, usable rows only. Throws `insufficient_data` where one has none. */
export function readSample(
  store: BarStore,
  strategy: LabStrategy,
  range: Range,
  features: readonly Feature[],
  label: ChosenLabel,
): Sample {
  const parts = documentSymbols(strategy.document).map((symbol) =>
    readPart(store, symbol, strategy, range, features, label),
  );
  const [{ kind }] = parts;
  return { kind, series: parts.map(({ used }) => used), ...pooled(parts, features.length) };
}

interface Part {
  kind: Sample['kind'];
  used: UsedSeries;
  features: Float64Array;
  targets: Float64Array;
  time: Float64Array;
  known: Float64Array;
  close: Float64Array;
  bars: Int32Array;
  ends: Int32Array;
}

function readPart(
  store: BarStore,
  symbol: string,
  strategy: LabStrategy,
  { start, end }: Range,
  features: readonly Feature[],
  label: ChosenLabel,
): Part {
  const timeframe = baseTimeframe(strategy.document);
  const { view, stored } = readMarket(store, symbol, timeframe, end);
  const { bars } = view;
  const matrix = featureMatrix(new StrategyView(strategy, view), features);
  const { kind, values, ends } = label.compute(bars);
  const first = Math.max(
    strategy.document.training_data.history_required,
    start === undefined ? 0 : firstBarFrom(bars, start),
  );
  const rows = usableRows(matrix, values).filter((row) => row >= first);
  if (rows.length === 0) {
    throw new LabError(
      'insufficient_data',
      `${symbol} ${timeframe} has no bar with every feature and a label in the range asked for.`,
      {
        hint: `Its ${barCount(bars)} bars begin on ${formatDate(bars.time[0])}; indicators need their warm-up first.`,
      },
    );
  }
  const picked = new Float64Array(rows.length * features.length);
  rows.forEach((row, i) => {
    picked.set(matrix.subarray(row * features.length, (row + 1) * features.length), i * features.length);
  });
  return {
    kind,
    used: {
      symbol,
      timeframe,
      hash: stored.hash,
      start: bars.time[rows[0]],
      end: bars.time[ends[rows[rows.length - 1]]],
    },
    features: picked,
    targets: Float64Array.from(rows, (row) => values[row]),
    time: Float64Array.from(rows, (row) => bars.time[row]),
    known: Float64Array.from(rows, (row) => bars.time[ends[row]]),
    close: bars.close,
    bars: rows,
    ends: rows.map((row) => ends[row]),
  };
}

function pooled(parts: readonly Part[], columns: number): Omit<Sample, 'kind' | 'series'> {
  const order = parts
    .flatMap((part, p) => Array.from(part.time, (time, row) => ({ time, p, row })))
    .sort((a, b) => a.time - b.time || a.p - b.p);
  const features = new Float64Array(order.length * columns);
  const places = parts.map(({ time }) => new Int32Array(time.length));
  order.forEach(({ p, row }, i) => {
    features.set(parts[p].features.subarray(row * columns, (row + 1) * columns), i * columns);
    places[p][row] = i;
  });
  return {
    features,
    targets: Float64Array.from(order, ({ p, row }) => parts[p].targets[row]),
    time: Float64Array.from(order, ({ time }) => time),
    known: Float64Array.from(order, ({ p, row }) => parts[p].known[row]),
    sampled: parts.map(({ close, bars, ends }, p) => ({ close, rows: places[p], bars, ends })),
  };
}

/** For each row the last row whose bar starts no later than the row's label is known: what purging goes by. */
export function lastKnownRows({ time, known }: Sample): Int32Array {
  return Int32Array.from(known, (instant) => {
    let low = 0;
    let high = time.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (time[middle] <= instant) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  });
}
