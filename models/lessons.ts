import type { TrainingEngine } from './engine.ts';
import type { Learnable, Parts } from './fit.ts';
import { type EnsembleHooks, type FittedMember, fitEnsemble, type Lesson, type LessonParts } from './fit-ensemble.ts';
import { bag } from './sampling/bag.ts';
import type { Sampling } from './sampling/schema.ts';
import type { SampledSeries } from './sampling/series.ts';
import { type TrainingSample, trainingSample } from './sampling/training-sample.ts';
import { stream } from './seeding.ts';
import type { ModelSpec } from './spec.ts';

/** What networks of one description are to learn from a sample, and how. */
export interface Task {
  readonly spec: ModelSpec;
  readonly learnable: Omit<Learnable, 'weights'>;
  readonly sampling: Sampling;
  readonly sampled: readonly SampledSeries[];
  /** Networks of each part, from `spec.seed` on. */
  readonly seeds: number;
  readonly calibrate: boolean;
  readonly engine: TrainingEngine;
}

/** The networks of each fold, seed by seed, each with the rows that its sampling leaves. */
export function lessonsOf(task: Task, folds: readonly Parts[]): Lesson[] {
  return folds.flatMap((parts, fold) =>
    lessonsOfParts(task, fold, parts, trainingSample(task.sampling, parts.train, task.sampled, task.learnable.targets)),
  );
}

/** The networks, seed by seed, that learn from these rows of a part; with a bootstrap each from its own draw of them. */
export function lessonsOfParts(
  { spec, sampling, sampled, seeds, learnable }: Task,
  fold: number,
  parts: Parts & Pick<LessonParts, 'scaled'>,
  sample: TrainingSample,
): Lesson[] {
  const plain = { ...parts, train: sample.rows, weights: sample.weights };
  return Array.from({ length: seeds }, (_, k) => {
    const seed = spec.seed + k;
    if (sampling.bootstrap === undefined) return { fold, seed, parts: plain };
    const { rows, weights } = bag(sample, sampled, learnable.targets.length, stream(seed, 'bag'));
    return { fold, seed, parts: { ...parts, scaled: parts.scaled ?? sample.rows, train: rows, weights } };
  });
}

export function fitLessons(task: Task, lessons: readonly Lesson[], hooks: EnsembleHooks): Promise<FittedMember[]> {
  return fitEnsemble(task.spec, task.learnable, lessons, task.calibrate, task.engine, hooks);
}
