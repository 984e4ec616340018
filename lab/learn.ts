import { LabError } from '@stratlab/data/error.ts';
import type { BarStore, StoredBars } from '@stratlab/data/store.ts';
import { type ArtifactComposition, type ArtifactMember, writeArtifact } from '@stratlab/models/artifact.ts';
import type { SplitMetrics } from '@stratlab/models/class-metrics.ts';
import { newestMember } from '@stratlab/models/ensemble.ts';
import { type FittedMember, judgeModel } from '@stratlab/models/fit-ensemble.ts';
import { allInputs } from '@stratlab/models/inputs.ts';
import { isForward, routesOf } from '@stratlab/models/routes.ts';
import type { Fold, Rows } from '@stratlab/models/split.ts';
import { combinatorialPaths, rowGroups } from '@stratlab/models/splits/combinatorial.ts';
import { folds } from '@stratlab/models/splits/folds.ts';
import type { Validation } from '@stratlab/models/splits/schema.ts';
import type { TrainedModel } from '@stratlab/models/trained-model.ts';
import { fingerprint } from '@stratlab/strategies/fingerprint.ts';
import { contextSeries } from './context-series.ts';
import { type FittedExpert, type FittedGate, fitNetworks } from './fit-networks.ts';
import { labelsOf } from './label-of.ts';
import type { Learned } from './learned.ts';
import { lastKnownRows, readSample, type Sample } from './sample.ts';
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

/** Bars to features to labels to a fitted, stored model. Reports progress and stops at an epoch's end when cancelled. */
export async function learn(
  store: BarStore,
  modelsFolder: string,
  { strategy, start, end, engine: wanted, checkpoints }: LearnRequest,
  hooks: LearnHooks,
): Promise<Learned> {
  const { model, training, composition } = strategy.document;
  if (model === null || training === null) throw new LabError('invalid_input', 'This strategy has no model to train.');
  hooks.progress({ percent: 0, stage: 'features', etaMs: null });
  const inputs = allInputs(strategy, { model, composition });
  const labels = labelsOf(training, composition);
  const sample = readSample(store, strategy, { start, end }, inputs.all, labels);
  const rows: Rows = {
    ends: lastKnownRows(sample),
    rows: Int32Array.from(sample.targets.keys()),
    time: sample.time,
  };
  const split = folds(training.validation, rows);
  const lecture = { inputs, sample, engine: wanted, rows: split[0].train.length };
  const fitted = await fitNetworks(
    { model, training, composition },
    lecture,
    { rows, split },
    (networks) => new Trainings(checkpoints, networks, hooks),
  );
  hooks.progress({ percent: 97, stage: 'saving', etaMs: null });
  const routes = routesOf(training.validation, rows, split, sample.time);
  const trained = { ...fitted, routes, features: inputs.all.map(({ name }) => name) };
  const tested = testedRows(split);
  const newest = newestMember(trained);
  const metrics = {
    ...newestMetrics(trained, sample, split),
    test: judgeModel(trained, sample, sample.time, tested),
  };
  const mark = fingerprint(strategy);
  const segments = split.map((fold) => segmentsOf(sample, fold));
  const recordOf = (member: FittedMember) => memberRecord(member, segments[member.fold]);
  const context = contextSeries(store, strategy.document, end);
  const artifactHash = writeArtifact(modelsFolder, {
    formatVersion: 2,
    spec: fitted.spec,
    engine: fitted.engine,
    features: trained.features,
    classes: labels.model.classes && [...labels.model.classes],
    strategyFingerprint: mark,
    series: sample.series,
    validation: { method: training.validation.method, forward: isForward(training.validation) },
    members: fitted.members.map(recordOf),
    routes: routes.map(({ start: from, folds: deciding }) => ({ start: from, folds: [...deciding] })),
    segments: { ...segments[segments.length - 1], test: segmentOf(sample, tested, 0) },
    metrics,
    paths: pathMetrics(training.validation, rows, trained, sample),
    ...(fitted.composition && { composition: composedRecord(fitted.composition, recordOf) }),
    ...(context.length > 0 && { context: context.map(contextRecord) }),
    codeVersion,
  });
  fitted.trainings.forget();
  return {
    artifactHash,
    fingerprint: mark,
    engine: fitted.engine,
    series: sample.series,
    metrics,
    folds: fitted.members.map(({ fold, expert, spec: { seed }, metrics: own }) => ({
      fold,
      ...(expert !== undefined && { expert }),
      seed,
      ...own,
    })),
    epochs: newest.history.length,
    steps: fitted.members.reduce((sum, member) => sum + stepsOf(member), 0),
    stoppedEarly: newest.stoppedEarly,
    warnings: weightWarning(newest.weights.length, fitted.learntRows),
  };
}

/** How the newest fold did on the rows that it learnt from and was stopped by; of a composition all its models together. */
function newestMetrics(trained: TrainedModel<FittedExpert>, sample: Sample, split: readonly Fold[]) {
  if (trained.composition === undefined) return newestMember(trained).metrics;
  const fold = split.length - 1;
  const newest = { ...trained, routes: [{ start: Number.NEGATIVE_INFINITY, folds: [fold] }] };
  const { train, validation } = split[fold];
  return {
    train: judgeModel(newest, sample, sample.time, train),
    validation: validation.length === 0 ? null : judgeModel(newest, sample, sample.time, validation),
  };
}

function stepsOf({ spec, history, metrics: { train } }: FittedExpert): number {
  return 'batchSize' in spec ? history.length * Math.ceil(train.rows / spec.batchSize) : 0;
}

function memberRecord({ history, ...member }: FittedExpert, segments: ArtifactMember['segments']): ArtifactMember {
  return {
    fold: member.fold,
    seed: member.spec.seed,
    spec: member.spec,
    temperature: member.temperature,
    normalisation: [...member.normalisation],
    target: member.target,
    weights: member.weights,
    segments,
    bestEpoch: member.bestEpoch,
    stoppedEarly: member.stoppedEarly,
    history: [...history],
    metrics: member.metrics,
    ...(member.expert !== undefined && { expert: member.expert }),
  };
}

function composedRecord(
  { gate, rules, routing }: FittedGate,
  recordOf: (member: FittedMember) => ArtifactMember,
): ArtifactComposition {
  const { spec, engine, features, classes, members } = gate;
  return {
    gate: { spec, engine, features: [...features], classes: [...classes], members: members.map(recordOf) },
    rules: { ...rules },
    routing,
  };
}

function contextRecord({ series: { symbol, timeframe }, hash }: StoredBars) {
  return { symbol, timeframe, hash };
}

/** Every row that some fold tests, ascending. */
function testedRows(split: readonly Fold[]): Int32Array {
  return Int32Array.from(new Set(split.flatMap(({ test }) => [...test]))).sort();
}

/** How the members do on each whole history that the splits of cpcv make up, each group answered by its split. */
function pathMetrics(
  validation: Validation,
  rows: Rows,
  trained: TrainedModel<FittedExpert>,
  sample: Sample,
): SplitMetrics[] {
  if (validation.method !== 'cpcv') return [];
  const { groups, test_groups } = validation;
  const tested = rowGroups(rows, groups);
  return combinatorialPaths(groups, test_groups).map((splits) => {
    const routes = splits.map((split, group) => ({ start: sample.time[tested[group][0]], folds: [split] }));
    return judgeModel({ ...trained, routes }, sample, sample.time, rows.rows);
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
