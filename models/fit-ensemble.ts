import type { SplitMetrics } from './class-metrics.ts';
import type { Checkpoint, EpochReport, TrainedNetwork, TrainingEngine, TrainingJob } from './engine.ts';
import { isCheckpointOf } from './engines/checkpoints.ts';
import { type Member, newestMember, predictMember } from './ensemble.ts';
import {
  judgeParts,
  judgeRows,
  type Learnable,
  type Parts,
  type Prepared,
  pick,
  pickRows,
  prepareTraining,
  rowsOf,
} from './fit.ts';
import { predict } from './predict.ts';
import type { ModelSpec } from './spec.ts';
import { fitTemperature } from './temperature.ts';
import { predictModel, type TrainedModel } from './trained-model.ts';

/** Which rows a network learns from, is stopped by and is judged on, and what each row counts. */
export interface LessonParts extends Parts {
  /** Weight of each row of the sample in the training loss; null: all 1. */
  readonly weights: Float64Array | null;
  /** Rows that normalisation and target scale are fitted on; absent: those that are learnt from. */
  readonly scaled?: Int32Array;
}

/** One network to be fitted. Those of the same parts (the same object) share their data. */
export interface Lesson {
  readonly fold: number;
  readonly seed: number;
  readonly parts: LessonParts;
}

export interface FittedMember extends Member, Omit<TrainedNetwork, 'weights'> {
  readonly metrics: ReturnType<typeof judgeParts>;
}

/** How the trainings get on. */
export interface EnsembleHooks {
  /** After every epoch of every member. Throwing ends all. */
  onEpoch(member: number, report: EpochReport, checkpoint: () => Checkpoint): void | Promise<void>;
  /** What may be left of an earlier run; of other data or another engine it is not used. */
  resumeFrom(member: number): Checkpoint | undefined;
}

/** The hooks of a part of the members, from number `first` on. */
export function hooksFrom(hooks: EnsembleHooks, first: number): EnsembleHooks {
  return {
    onEpoch: (member, report, checkpoint) => hooks.onEpoch(first + member, report, checkpoint),
    resumeFrom: (member) => hooks.resumeFrom(first + member),
  };
}

/**
 * Fits one network per lesson, in their order: everything that is fitted is fitted on the training rows of its lesson.
 * With `calibrate`, classes get the temperature that suits the validation rows best.
 */
export async function fitEnsemble(
  spec: ModelSpec,
  learnable: Omit<Learnable, 'weights'>,
  lessons: readonly Lesson[],
  calibrate: boolean,
  engine: TrainingEngine,
  hooks: EnsembleHooks,
): Promise<FittedMember[]> {
  const prepared = new Map<LessonParts, Prepared>();
  const preparedFor = (parts: LessonParts): Prepared => {
    const known = prepared.get(parts) ?? prepareTraining(spec, { ...learnable, weights: parts.weights }, parts);
    prepared.set(parts, known);
    return known;
  };
  const jobs = lessons.map(({ seed, parts }, member): TrainingJob => {
    const { data } = preparedFor(parts);
    const seeded = { ...spec, seed };
    const onEpoch: TrainingJob['hooks']['onEpoch'] = (report, checkpoint) => hooks.onEpoch(member, report, checkpoint);
    const found = hooks.resumeFrom(member);
    const resumeFrom = found && isCheckpointOf(found, engine.id, seeded, data) ? found : undefined;
    return { spec: seeded, data, hooks: { onEpoch, resumeFrom } };
  });
  const trained = jobs.length === 1 ? [await trainOne(engine, jobs[0])] : await engine.trainMany(jobs);
  return trained.map((network, member) => {
    const lesson = lessons[member];
    return fitted(jobs[member].spec, learnable, lesson, preparedFor(lesson.parts), network, calibrate);
  });
}

function trainOne(engine: TrainingEngine, { spec, data, hooks }: TrainingJob): Promise<TrainedNetwork> {
  return engine.train(spec, data, hooks);
}

function fitted(
  spec: ModelSpec,
  learnable: Omit<Learnable, 'weights'>,
  { fold, parts }: Lesson,
  { normalisation, target }: Prepared,
  network: TrainedNetwork,
  calibrate: boolean,
): FittedMember {
  const all = { ...learnable, weights: parts.weights };
  const model = { spec, normalisation, target, ...network };
  const known = calibrate && target === null && parts.validation.length > 0;
  const temperature = known
    ? fitTemperature(
        predict(model, rowsOf(spec, all, parts.validation)),
        pick(learnable.targets, parts.validation),
        spec.outputs,
      )
    : 1;
  const member = { ...model, fold, temperature };
  const answer = (features: Float64Array) => predictMember(member, features);
  return { ...member, metrics: judgeParts(spec, all, parts, answer, target?.mean ?? 0) };
}

/** How a model does on some rows, each answered as its routes say. `features` has all that the model looks at. */
export function judgeModel(
  model: TrainedModel<FittedMember>,
  { features, targets }: Pick<Learnable, 'features' | 'targets'>,
  time: Float64Array,
  rows: Int32Array,
): SplitMetrics {
  const { spec, target } = newestMember(model);
  const looked = pickRows(features, rows, features.length / targets.length);
  return judgeRows(spec, targets, rows, predictModel(model, looked, pick(time, rows)), target?.mean ?? 0);
}
