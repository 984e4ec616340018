import { barCount, firstBarFrom } from '@stratlab/data/bars.ts';
import { LabError } from '@stratlab/data/error.ts';
import { formatDate } from '@stratlab/data/instant.ts';
import type { BarStore } from '@stratlab/data/store.ts';
import { timeframes } from '@stratlab/data/timeframe.ts';
import { usableRows } from '@stratlab/models/fit.ts';
import type { SampledSeries } from '@stratlab/models/sampling/series.ts';
import { baseTimeframe, documentSymbols } from '@stratlab/strategies/document.ts';
import { type Feature, featureMatrix } from '@stratlab/strategies/features.ts';
import type { ChosenLabel, Targets } from '@stratlab/strategies/label.ts';
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
  /** The same of the labels that a gate learns; null where there is none. */
  gate: Pick<Sample, 'targets' | 'known' | 'sampled'> | null;
}

/**
 * Features and labels of all the strategy's symbols, those of a gate beside them where it has one; only rows on which all
 * of them are known. Throws `insufficient_data` where a symbol has none.
 */
export function readSample(
  store: BarStore,
  strategy: LabStrategy,
  range: Range,
  features: readonly Feature[],
  labels: { model: ChosenLabel; gate: ChosenLabel | null },
): Sample {
  const parts = documentSymbols(strategy.document).map((symbol) =>
    readPart(store, symbol, strategy, range, features, labels),
  );
  const [{ kind }] = parts;
  return { kind, series: parts.map(({ used }) => used), ...pooled(parts, features.length) };
}

/** What one label says of a symbol's rows. */
interface LabelPart {
  targets: Float64Array;
  known: Float64Array;
  ends: Int32Array;
}

interface Part extends LabelPart {
  kind: Sample['kind'];
  used: UsedSeries;
  features: Float64Array;
  time: Float64Array;
  close: Float64Array;
  bars: Int32Array;
  gate: LabelPart | null;
}

function readPart(
  store: BarStore,
  symbol: string,
  strategy: LabStrategy,
  { start, end }: Range,
  features: readonly Feature[],
  labels: { model: ChosenLabel; gate: ChosenLabel | null },
): Part {
  const timeframe = baseTimeframe(strategy.document);
  const { view, stored } = readMarket(store, symbol, timeframe, end);
  const { bars } = view;
  const matrix = featureMatrix(new StrategyView(strategy, view), features);
  const { kind, ...own } = labels.model.compute(bars);
  const gate = labels.gate?.compute(bars) ?? null;
  const first = Math.max(
    strategy.document.training_data.history_required,
    start === undefined ? 0 : firstBarFrom(bars, start),
  );
  const isKnown = (row: number) => row >= first && !(gate !== null && Number.isNaN(gate.values[row]));
  const rows = usableRows(matrix, own.values).filter(isKnown);
  const labelled = ({ values, ends }: Targets): LabelPart => ({
    targets: Float64Array.from(rows, (row) => values[row]),
    known: Float64Array.from(rows, (row) => bars.time[ends[row]]),
    ends: rows.map((row) => ends[row]),
  });
  if (rows.length === 0) {
    throw new LabError(
      'insufficient_data',
      `${symbol} ${timeframe} has no bar with every feature and a label in the range asked for.`,
      {
        hint: `Its ${barCount(bars)} bars begin on ${formatDate(bars.time[0])}; indicators need their warm-up first.`,
      },
    );
  }
  const lastRow = rows[rows.length - 1];
  const lastEnd = Math.max(own.ends[lastRow], gate?.ends[lastRow] ?? 0);
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
      end: bars.time[lastEnd],
    },
    features: picked,
    time: Float64Array.from(rows, (row) => bars.time[row]),
    close: bars.close,
    bars: rows,
    ...labelled(own),
    gate: gate && labelled(gate),
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
  const labels = (own: readonly LabelPart[]) => ({
    targets: Float64Array.from(order, ({ p, row }) => own[p].targets[row]),
    known: Float64Array.from(order, ({ p, row }) => own[p].known[row]),
    sampled: parts.map(({ close, bars }, p) => ({ close, rows: places[p], bars, ends: own[p].ends })),
  });
  const gates = parts.flatMap(({ gate }) => gate ?? []);
  return {
    features,
    time: Float64Array.from(order, ({ time }) => time),
    ...labels(parts),
    gate: gates.length === 0 ? null : labels(gates),
  };
}

/** For each row the last row whose bar starts no later than all its labels are known: what purging goes by. */
export function lastKnownRows({ time, known, gate }: Sample): Int32Array {
  return Int32Array.from(known, (ownKnown, row) => {
    const instant = Math.max(ownKnown, gate?.known[row] ?? Number.NEGATIVE_INFINITY);
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
