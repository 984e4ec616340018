import { type Composition, expertsOf } from '@stratlab/models/composition.ts';
import { composedNetworks, fitComposition } from '@stratlab/models/fit-composition.ts';
import type { FittedMember } from '@stratlab/models/fit-ensemble.ts';
import { fitLessons, lessonsOf } from '@stratlab/models/lessons.ts';
import type { ModelSpec } from '@stratlab/models/spec.ts';
import type { Fold, Rows } from '@stratlab/models/split.ts';
import type { LearningBlocks } from './learning-specs.ts';
import { composedTask, type Lecture, ownTask } from './learning-task.ts';
import type { Trainings } from './trainings.ts';

/** A fitted network; behind a gate one of the model that it names. */
export type FittedExpert = FittedMember & { readonly expert?: string };

/** A fitted gate and what it routes to. */
export interface FittedGate extends Composition<FittedExpert> {
  readonly gate: Composition<FittedExpert>['gate'] & { readonly spec: ModelSpec; readonly engine: string };
}

export interface FittedNetworks {
  readonly spec: ModelSpec;
  readonly engine: string;
  /** Fold by fold, behind a gate model by model, seed by seed. */
  readonly members: FittedExpert[];
  readonly composition?: FittedGate;
  /** That the newest fold's networks learnt from. */
  readonly learntRows: number;
  readonly trainings: Trainings;
}

/** Fits all networks of a strategy on its folds. `started` is told how many they are, before the first. */
export async function fitNetworks(
  blocks: LearningBlocks,
  lecture: Lecture,
  { rows, split }: { rows: Rows; split: readonly Fold[] },
  started: (networks: number) => Trainings,
): Promise<FittedNetworks> {
  const composed = composedTask(blocks, lecture);
  if (composed === null) {
    const task = ownTask(blocks, lecture);
    const lessons = lessonsOf(task, split);
    const trainings = started(lessons.length);
    const members = await fitLessons(task, lessons, trainings);
    const learntRows = lessons[lessons.length - 1].parts.train.length;
    return { spec: task.spec, engine: task.engine.id, members, learntRows, trainings };
  }
  const { gate, experts, regimes, rules, routing } = composed;
  const trainings = started(composedNetworks(split.length, experts.seeds, expertsOf(composed).length));
  const fitted = await fitComposition(composed, rows, split, trainings);
  const looked = lecture.inputs.gate.map(({ name }) => name);
  const described = {
    spec: gate.spec,
    engine: gate.engine.id,
    features: looked,
    classes: regimes,
    members: fitted.gate,
  };
  return {
    spec: experts.spec,
    engine: experts.engine.id,
    members: fitted.members,
    composition: { gate: described, rules, routing },
    learntRows: fitted.learntRows,
    trainings,
  };
}
