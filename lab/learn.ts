import { barCount, firstBarFrom } from '@stratlab/data/bars.ts';
import { LabError } from '@stratlab/data/error.ts';
import { formatDate } from '@stratlab/data/instant.ts';
import type { BarStore, StoredBars } from '@stratlab/data/store.ts';
import { timeframes } from '@stratlab/data/timeframe.ts';
import { writeArtifact } from '@stratlab/models/artifact.ts';
import { splitMetricsSchema } from '@stratlab/models/class-metrics.ts';
import { modelSpec } from '@stratlab/models/document.ts';
import { chooseEngine } from '@stratlab/models/engines/index.ts';
import { fitModel, usableRows } from '@stratlab/models/fit.ts';
import { holdoutSplit } from '@stratlab/models/split.ts';
import { baseTimeframe, documentSymbols } from '@stratlab/strategies/document.ts';
import { type Feature, featureMatrix, featuresOf } from '@stratlab/strategies/features.ts';
import { fingerprint } from '@stratlab/strategies/fingerprint.ts';
import { classes } from '@stratlab/strategies/label.ts';
import { parseLabel } from '@stratlab/strategies/labels/index.ts';
import { StrategyView } from '@stratlab/strategies/market-view.ts';
import { z } from 'zod';
import { readMarket } from './market.ts';
import type { LabStrategy } from './strategy-language.ts';
import { codeVersion } from './version.ts';

export interface LearnRequest {
  strategy: LabStrategy;
  /** Of bars by their start, inclusive, epoch milliseconds. */
  start: number | undefined;
  end: number | undefined;
  engine: string;
}

export interface LearnHooks {
  progress(report: { percent: number; stage: string; etaMs: number | null }): void;
  signal: AbortSignal;
}

const usedSeries = z.strictObject({
  symbol: z.string(),
  timeframe: z.enum(timeframes),
  hash: z.string(),
  start: z.number(),
  end: z.number(),
});
type UsedSeries = z.infer<typeof usedSeries>;

/** What a training found; parsed when it comes from another process. */
export const learnedSchema = z.strictObject({
  artifactHash: z.string(),
  fingerprint: z.string(),
  engine: z.string(),
  series: z.array(usedSeries).min(1),
  metrics: z.strictObject({
    train: splitMetricsSchema,
    validation: splitMetricsSchema.nullable(),
    test: splitMetricsSchema.nullable(),
  }),
  epochs: z.int(),
  stoppedEarly: z.boolean(),
  warnings: z.array(z.string()),
});
export type Learned = z.infer<typeof learnedSchema>;

/** Rows of all symbols on one clock: sorted by the start of their bar, then in the order of the symbols. */
interface Pool {
  features: Float64Array;
  targets: Float64Array;
  time: Float64Array;
  /** Start of the last bar that the row's label depends on. */
  known: Float64Array;
}

/** Bars to features to labels to a fitted, stored model. Reports progress and stops at an epoch's end when cancelled. */
export async function learn(
  store: BarStore,
  modelsFolder: string,
  request: LearnRequest,
  hooks: LearnHooks,
): Promise<Learned> {
  const { strategy } = request;
  const { model, training } = strategy.document;
  if (model === null || training === null) throw new LabError('invalid_input', 'This strategy has no model to train.');
  hooks.progress({ percent: 0, stage: 'features', etaMs: null });
  const features = featuresOf(strategy, model.features.lookback_periods);
  const label = parseLabel(training.labels, 'training.labels');
  if ('problems' in label)
    throw new LabError('invalid_strategy', label.problems[0].message, { problems: label.problems });
  const parts = documentSymbols(strategy.document).map((symbol) =>
    readPart(store, symbol, request, features, label.compute),
  );
  const pool = pooled(parts, features.length);
  const rows = Int32Array.from({ length: pool.targets.length }, (_, i) => i);
  const split = holdoutSplit(lastKnownRows(pool), rows, training.validation);
  const spec = modelSpec(model, training, features.length, parts[0].kind === 'classification' ? classes.length : 1);
  const engine = chooseEngine(spec, request.engine);
  const startedAt = performance.now();
  const fitted = await fitModel(
    spec,
    {
      features: pool.features,
      normalisation: features.map(({ normalization }) => normalization),
      targets: pool.targets,
      weights: null,
    },
    split,
    engine,
    {
      onEpoch: async ({ epoch, epochs }) => {
        await new Promise((resolve) => setImmediate(resolve));
        if (hooks.signal.aborted)
          throw new LabError('cancelled', `Training was cancelled in epoch ${epoch} of ${epochs}.`);
        const etaMs = ((performance.now() - startedAt) / epoch) * (epochs - epoch);
        hooks.progress({ percent: 5 + (90 * epoch) / epochs, stage: `epoch ${epoch} of ${epochs}`, etaMs });
      },
    },
  );
  hooks.progress({ percent: 97, stage: 'saving', etaMs: null });
  const segment = (part: Int32Array, purged: number) =>
    part.length === 0
      ? null
      : { rows: part.length, purged, start: pool.time[part[0]], end: pool.time[part[part.length - 1]] };
  const train = segment(split.train, split.purged.train);
  if (train === null) throw new LabError('insufficient_data', 'No training rows are left.');
  const series = parts.map(({ used }) => used);
  const { weights, spec: _, metrics, normalisation, target, bestEpoch, history, stoppedEarly } = fitted;
  const mark = fingerprint(strategy);
  const artifactHash = writeArtifact(modelsFolder, {
    formatVersion: 1,
    spec,
    engine: engine.id,
    features: features.map(({ name }) => name),
    normalisation: [...normalisation],
    classes: spec.task === 'classification' ? [...classes] : null,
    target,
    strategyFingerprint: mark,
    series,
    segments: { train, validation: segment(split.validation, split.purged.validation), test: segment(split.test, 0) },
    codeVersion,
    bestEpoch,
    stoppedEarly,
    history: [...history],
    metrics,
    weights,
  });
  const warnings = weightWarning(weights.length, split.train.length);
  return {
    artifactHash,
    fingerprint: mark,
    engine: engine.id,
    series,
    metrics,
    epochs: history.length,
    stoppedEarly,
    warnings,
  };
}

interface Part {
  kind: 'classification' | 'regression';
  used: UsedSeries;
  features: Float64Array;
  targets: Float64Array;
  time: Float64Array;
  known: Float64Array;
}

function readPart(
  store: BarStore,
  symbol: string,
  { strategy, start, end }: LearnRequest,
  features: readonly Feature[],
  computeLabels: (bars: StoredBars['bars']) => { kind: Part['kind']; values: Float64Array; ends: Int32Array },
): Part {
  const timeframe = baseTimeframe(strategy.document);
  const { view, stored } = readMarket(store, symbol, timeframe, end);
  const { bars } = view;
  const matrix = featureMatrix(new StrategyView(strategy, view), features);
  const { kind, values, ends } = computeLabels(bars);
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
  };
}

function pooled(parts: readonly Part[], columns: number): Pool {
  if (parts.length === 1) return parts[0];
  const order = parts
    .flatMap((part, p) => Array.from(part.time, (time, row) => ({ time, p, row })))
    .sort((a, b) => a.time - b.time || a.p - b.p);
  const features = new Float64Array(order.length * columns);
  order.forEach(({ p, row }, i) => {
    features.set(parts[p].features.subarray(row * columns, (row + 1) * columns), i * columns);
  });
  return {
    features,
    targets: Float64Array.from(order, ({ p, row }) => parts[p].targets[row]),
    time: Float64Array.from(order, ({ time }) => time),
    known: Float64Array.from(order, ({ p, row }) => parts[p].known[row]),
  };
}

/** For each row the last row whose bar starts no later than the row's label is known: what purging goes by. */
function lastKnownRows({ time, known }: Pool): Int32Array {
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

function weightWarning(weights: number, rows: number): string[] {
  if (weights * 10 <= rows) return [];
  return [
    `The network has ${weights} weights for ${rows} training rows; more than a tenth invites learning noise by heart.`,
  ];
}
