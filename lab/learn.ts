import { LabError } from '@stratlab/data/error.ts';
import type { BarStore } from '@stratlab/data/store.ts';
import { writeArtifact } from '@stratlab/models/artifact.ts';
import { type SplitMetrics, splitMetricsSchema } from '@stratlab/models/class-metrics.ts';
import { modelSpec } from '@stratlab/models/document.ts';
import { chooseEngine } from '@stratlab/models/engines/index.ts';
import type { Learnable } from '@stratlab/models/fit.ts';
import { type FittedMember, fitEnsemble, judgeTested } from '@stratlab/models/fit-ensemble.ts';
import { inputsOf } from '@stratlab/models/model-block.ts';
import { isForward, routesOf } from '@stratlab/models/routes.ts';
import { trainingSample } from '@stratlab/models/sampling/training-sample.ts';
import type { Fold, Rows } from '@stratlab/models/split.ts';
import { combinatorialPaths, rowGroups } from '@stratlab/models/splits/combinatorial.ts';
import { folds } from '@stratlab/models/splits/folds.ts';
import type { Validation } from '@stratlab/models/splits/schema.ts';
import { fingerprint } from '@stratlab/strategies/fingerprint.ts';
import { z } from 'zod';
import { labelOf } from './label-of.ts';
import { lastKnownRows, readSample, type Sample, usedSeriesSchema } from './sample.ts';
import type { LabStrategy } from './strategy-language.ts';
import { type LearnHooks, Trainings } from './trainings.ts';
import { codeVersion } from './version.ts';

export interface LearnRequest {
  strategy: LabStrategy;
  /** Of bars by their start, inclusive, epoch milliseconds. */
  start: number | undefined;
  end: number | undefined;
  engine: string;
  /** Where trainings under way are kept, so that a run after a crash goes on from them. */
  checkpoints: string;
}

const metricsSchema = z.strictObject({
  train: splitMetricsSchema,
  validation: splitMetricsSchema.nullable(),
  test: splitMetricsSchema.nullable(),
});

/** What a training found; parsed when it comes from another process. */
export const learnedSchema = z.strictObject({
  artifactHash: z.string(),
  fingerprint: z.string(),
  engine: z.string(),
  series: z.array(usedSeriesSchema).min(1),
  metrics: metricsSchema,
  /** Per member, fold by fold and seed by seed. */
  folds: z.array(metricsSchema.extend({ fold: z.int(), seed: z.int() })),
  epochs: z.int(),
  stoppedEarly: z.boolean(),
  warnings: z.array(z.string()),
});
export type Learned = z.infer<typeof learnedSchema>;

/** Bars to features to labels to a fitted, stored model. Reports progress and stops at an epoch's end when cancelled. */
export async function learn(
  store: BarStore,
  modelsFolder: string,
  { strategy, start, end, engine: wanted, checkpoints }: LearnRequest,
  hooks: LearnHooks,
): Promise<Learned> {
  const { model, training } = strategy.document;
  if (model === null || training === null) throw new LabError('invalid_input', 'This strategy has no model to train.');
  hooks.progress({ percent: 0, stage: 'features', etaMs: null });
  const features = inputsOf(strategy, model);
  const label = labelOf(training.labels);
  const sample = readSample(store, strategy, { start, end }, features, label);
  const rows: Rows = {
    ends: lastKnownRows(sample),
    rows: Int32Array.from(sample.targets.keys()),
    time: sample.time,
  };
  const split = folds(training.validation, rows);
  const spec = modelSpec(model, training, features.length, label.classes?.length ?? 1);
  const engine = chooseEngine(spec, wanted, split[0].train.length);
  const normalisation = features.map(({ normalization }) => normalization);
  const learnable = { features: sample.features, normalisation, targets: sample.targets };
  const parts = split.map((fold) => {
    const { rows: train, weights } = trainingSample(training.sampling, fold.train, sample.sampled, sample.targets);
    return { ...fold, train, weights };
  });
  const { seeds } = training.ensemble;
  const calibrate = training.calibration === 'temperature';
  const trainings = new Trainings(checkpoints, parts.length * seeds, hooks);
  const members = await fitEnsemble(spec, learnable, parts, { seeds, calibrate }, engine, trainings);
  hooks.progress({ percent: 97, stage: 'saving', etaMs: null });
  const routes = routesOf(training.validation, rows, split, sample.time);
  const tested = testedRows(split);
  const newest = members[members.length - 1];
  const metrics = { ...newest.metrics, test: judgeTested(members, routes, learnable, sample.time, tested) };
  const mark = fingerprint(strategy);
  const segments = split.map((fold) => segmentsOf(sample, fold));
  const test = segmentOf(sample, tested, 0);
  const artifactHash = writeArtifact(modelsFolder, {
    formatVersion: 2,
    spec,
    engine: engine.id,
    features: features.map(({ name }) => name),
    classes: label.classes && [...label.classes],
    strategyFingerprint: mark,
    series: sample.series,
    validation: { method: training.validation.method, forward: isForward(training.validation) },
    members: members.map(({ history, ...member }) => ({
      fold: member.fold,
      seed: member.spec.seed,
      spec: member.spec,
      temperature: member.temperature,
      normalisation: [...member.normalisation],
      target: member.target,
      weights: member.weights,
      segments: segments[member.fold],
      bestEpoch: member.bestEpoch,
      stoppedEarly: member.stoppedEarly,
      history: [...history],
      metrics: member.metrics,
    })),
    routes: routes.map(({ start: from, folds: deciding }) => ({ start: from, folds: [...deciding] })),
    segments: { ...segments[segments.length - 1], test },
    metrics,
    paths: pathMetrics(training.validation, rows, members, learnable),
    codeVersion,
  });
  trainings.forget();
  return {
    artifactHash,
    fingerprint: mark,
    engine: engine.id,
    series: sample.series,
    metrics,
    folds: members.map(({ fold, spec: { seed }, metrics: own }) => ({ fold, seed, ...own })),
    epochs: newest.history.length,
    stoppedEarly: newest.stoppedEarly,
    warnings: weightWarning(newest.weights.length, parts[parts.length - 1].train.length),
  };
}

/** Every row that some fold tests, ascending. */
function testedRows(split: readonly Fold[]): Int32Array {
  return Int32Array.from(new Set(split.flatMap(({ test }) => [...test]))).sort();
}

/** How the members do on each whole history that the splits of cpcv make up, each group answered by its split. */
function pathMetrics(
  validation: Validation,
  rows: Rows,
  members: readonly FittedMember[],
  learnable: Pick<Learnable, 'features' | 'targets' | 'normalisation'>,
): SplitMetrics[] {
  if (validation.method !== 'cpcv') return [];
  const { groups, test_groups } = validation;
  const tested = rowGroups(rows, groups);
  const time = rows.time ?? new Float64Array();
  return combinatorialPaths(groups, test_groups).map((splits) => {
    const routes = splits.map((split, group) => ({ start: time[tested[group][0]], folds: [split] }));
    return judgeTested(members, routes, learnable, time, rows.rows);
  });
}

function segmentsOf(sample: Sample, { train, validation, test, purged }: Fold) {
  return {
    train: segmentOf(sample, train, purged.train),
    validation: validation.length === 0 ? null : segmentOf(sample, validation, purged.validation),
    test: test.length === 0 ? null : segmentOf(sample, test, 0),
  };
}

function segmentOf({ time }: Sample, rows: Int32Array, purged: number) {
  return { rows: rows.length, purged, start: time[rows[0]], end: time[rows[rows.length - 1]] };
}

function weightWarning(weights: number, rows: number): string[] {
  if (weights * 10 <= rows) return [];
  return [
    `The network has ${weights} weights for ${rows} training rows; more than a tenth invites learning noise by heart.`,
  ];
}
