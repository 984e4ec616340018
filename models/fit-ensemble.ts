import type { SplitMetrics } from './class-metrics.ts';
import type { Checkpoint, EpochReport, TrainedNetwork, TrainingEngine, TrainingJob } from './engine.ts';
import { isCheckpointOf } from './engines/checkpoints.ts';
import { type Member, predictEnsemble, predictMember, type Route } from './ensemble.ts';
import {
  judgeParts,
  judgeRows,
  type Learnable,
  type Parts,
  type Prepared,
  pick,
  prepareTraining,
  rowsOf,
} from './fit.ts';
import { predict } from './predict.ts';
import type { ModelSpec } from './spec.ts';
import { fitTemperature } from './temperature.ts';

/** Which rows a fold's networks learn from, are stopped by and are judged on, and what each row counts. */
export interface FoldParts extends Parts {
  /** Weight of each row of the sample in the training loss; null: all 1. */
  readonly weights: Float64Array | null;
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

/**
 * Fits one network per fold and seed (`spec.seed` and the whole numbers after it), fold by fold: everything that is
 * fitted is fitted on the training rows of its fold. With `calibrate`, classes get the temperature that suits the
 * validation rows best.
 */
export async function fitEnsemble(
  spec: ModelSpec,
  learnable: Omit<Learnable, 'weights'>,
  folds: readonly FoldParts[],
  { seeds, calibrate }: { seeds: number; calibrate: boolean },
  engine: TrainingEngine,
  hooks: EnsembleHooks,
): Promise<FittedMember[]> {
  const prepared = folds.map((fold) => prepareTraining(spec, { ...learnable, weights: fold.weights }, fold));
  const jobs = prepared.flatMap(({ data }, fold) =>
    Array.from({ length: seeds }, (_, k): TrainingJob => {
      const member = fold * seeds + k;
      const seeded = { ...spec, seed: spec.seed + k };
      const onEpoch: TrainingJob['hooks']['onEpoch'] = (report, checkpoint) =>
        hooks.onEpoch(member, report, checkpoint);
      const found = hooks.resumeFrom(member);
      const resumeFrom = found && isCheckpointOf(found, engine.id, seeded, data) ? found : undefined;
      return { spec: seeded, data, hooks: { onEpoch, resumeFrom } };
    }),
  );
  const trained = jobs.length === 1 ? [await trainOne(engine, jobs[0])] : await engine.trainMany(jobs);
  return trained.map((network, member) => {
    const fold = Math.floor(member / seeds);
    const all = { ...learnable, weights: folds[fold].weights };
    return fitted(jobs[member].spec, all, folds[fold], prepared[fold], network, { fold, calibrate });
  });
}

function trainOne(engine: TrainingEngine, { spec, data, hooks }: TrainingJob): Promise<TrainedNetwork> {
  return engine.train(spec, data, hooks);
}

function fitted(
  spec: ModelSpec,
  learnable: Learnable,
  parts: Parts,
  { normalisation, target }: Prepared,
  network: TrainedNetwork,
  { fold, calibrate }: { fold: number; calibrate: boolean },
): FittedMember {
  const model = { spec, normalisation, target, ...network };
  const known = calibrate && target === null && parts.validation.length > 0;
  const temperature = known
    ? fitTemperature(
        predict(model, rowsOf(spec, learnable, parts.validation)),
        pick(learnable.targets, parts.validation),
        spec.outputs,
      )
    : 1;
  const member = { ...model, fold, temperature };
  const answer = (features: Float64Array) => predictMember(member, features);
  return { ...member, metrics: judgeParts(spec, learnable, parts, answer, target?.mean ?? 0) };
}

/** How the members together do on the rows that any fold tested, each answered by members that have not seen it. */
export function judgeTested(
  members: readonly FittedMember[],
  routes: readonly Route[],
  learnable: Omit<Learnable, 'weights'>,
  time: Float64Array,
  rows: Int32Array,
): SplitMetrics {
  const { spec, target } = members[members.length - 1];
  const all = { ...learnable, weights: null };
  const predictions = predictEnsemble({ members, routes }, rowsOf(spec, all, rows), pick(time, rows));
  return judgeRows(spec, all, rows, predictions, target?.mean ?? 0);
}
