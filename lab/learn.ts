import { LabError } from '@stratlab/data/error.ts';
import type { BarStore } from '@stratlab/data/store.ts';
import { writeArtifact } from '@stratlab/models/artifact.ts';
import { splitMetricsSchema } from '@stratlab/models/class-metrics.ts';
import { modelSpec } from '@stratlab/models/document.ts';
import type { TrainingHooks } from '@stratlab/models/engine.ts';
import { chooseEngine } from '@stratlab/models/engines/index.ts';
import { fitModel } from '@stratlab/models/fit.ts';
import { type HoldoutSplit, holdoutSplit } from '@stratlab/models/split.ts';
import { featuresOf } from '@stratlab/strategies/features.ts';
import { fingerprint } from '@stratlab/strategies/fingerprint.ts';
import { type ChosenLabel, classes } from '@stratlab/strategies/label.ts';
import { parseLabel } from '@stratlab/strategies/labels/index.ts';
import { z } from 'zod';
import { lastKnownRows, readSample, type Sample, usedSeriesSchema } from './sample.ts';
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

/** What a training found; parsed when it comes from another process. */
export const learnedSchema = z.strictObject({
  artifactHash: z.string(),
  fingerprint: z.string(),
  engine: z.string(),
  series: z.array(usedSeriesSchema).min(1),
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

/** Bars to features to labels to a fitted, stored model. Reports progress and stops at an epoch's end when cancelled. */
export async function learn(
  store: BarStore,
  modelsFolder: string,
  { strategy, start, end, engine: wanted }: LearnRequest,
  hooks: LearnHooks,
): Promise<Learned> {
  const { model, training } = strategy.document;
  if (model === null || training === null) throw new LabError('invalid_input', 'This strategy has no model to train.');
  hooks.progress({ percent: 0, stage: 'features', etaMs: null });
  const features = featuresOf(strategy, model.features.lookback_periods);
  const sample = readSample(store, strategy, { start, end }, features, labelOf(training.labels));
  const rows = Int32Array.from({ length: sample.targets.length }, (_, i) => i);
  const split = holdoutSplit(lastKnownRows(sample), rows, training.validation);
  const spec = modelSpec(model, training, features.length, sample.kind === 'classification' ? classes.length : 1);
  const engine = chooseEngine(spec, wanted);
  const normalisation = features.map(({ normalization }) => normalization);
  const learnable = { features: sample.features, normalisation, targets: sample.targets, weights: null };
  const fitted = await fitModel(spec, learnable, split, engine, epochHooks(hooks));
  hooks.progress({ percent: 97, stage: 'saving', etaMs: null });
  const mark = fingerprint(strategy);
  const { series } = sample;
  const { metrics, history, stoppedEarly } = fitted;
  const artifactHash = writeArtifact(modelsFolder, {
    ...fitted,
    formatVersion: 1,
    engine: engine.id,
    features: features.map(({ name }) => name),
    normalisation: [...fitted.normalisation],
    classes: spec.task === 'classification' ? [...classes] : null,
    strategyFingerprint: mark,
    series,
    segments: segmentsOf(sample, split),
    codeVersion,
    history: [...history],
  });
  const warnings = weightWarning(fitted.weights.length, split.train.length);
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

function labelOf(labels: unknown): ChosenLabel {
  const label = parseLabel(labels, 'training.labels');
  if (!('problems' in label)) return label;
  throw new LabError('invalid_strategy', label.problems[0].message, { problems: label.problems });
}

/** Lets messages in between epochs, stops on request, and says how long it will take. */
function epochHooks({ progress, signal }: LearnHooks): TrainingHooks {
  const startedAt = performance.now();
  return {
    async onEpoch({ epoch, epochs }) {
      await new Promise((resolve) => setImmediate(resolve));
      if (signal.aborted) throw new LabError('cancelled', `Training was cancelled in epoch ${epoch} of ${epochs}.`);
      const etaMs = ((performance.now() - startedAt) / epoch) * (epochs - epoch);
      progress({ percent: 5 + (90 * epoch) / epochs, stage: `epoch ${epoch} of ${epochs}`, etaMs });
    },
  };
}

function segmentsOf({ time }: Sample, { train, validation, test, purged }: HoldoutSplit) {
  const segment = (rows: Int32Array, dropped: number) => ({
    rows: rows.length,
    purged: dropped,
    start: time[rows[0]],
    end: time[rows[rows.length - 1]],
  });
  return {
    train: segment(train, purged.train),
    validation: validation.length === 0 ? null : segment(validation, purged.validation),
    test: test.length === 0 ? null : segment(test, 0),
  };
}

function weightWarning(weights: number, rows: number): string[] {
  if (weights * 10 <= rows) return [];
  return [
    `The network has ${weights} weights for ${rows} training rows; more than a tenth invites learning noise by heart.`,
  ];
}
