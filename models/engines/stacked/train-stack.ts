import { setImmediate } from 'node:timers/promises';
import { LabError } from '@stratlab/data/error.ts';
import type { Checkpoint, EngineId, EpochReport, TrainedNetwork, TrainingHooks, TrainingJob } from '../../engine.ts';
import { neuralNetworkOf } from '../../networks/index.ts';
import type { NeuralSpec } from '../../spec.ts';
import { markedHooks, numbersOf } from '../checkpoints.ts';
import { EpochWatch } from '../epoch-watch.ts';
import { requireFinite } from '../losses.ts';
import { type StackedJob, stacksOf } from './stack.ts';

/** What a model of a stack begins with: seeded, or out of a checkpoint. Empty moments: none taken yet. */
export interface ModelState {
  readonly weights: Float64Array;
  readonly first: Float64Array;
  readonly second: Float64Array;
  /** Beta 1 and beta 2 of Adam to the power of the steps taken. */
  readonly powers: Float64Array;
}

/** The next epoch of one model of a stack. */
export interface ModelEpoch {
  readonly seed: number;
  readonly epoch: number;
  readonly learningRate: number;
}

/** Models of one shape that take their steps together. Places are those of the models that are still in the stack. */
export interface StackDescent {
  /** One pass over each model's rows; each model's mean loss seen on the way (under dropout, before each step). */
  epoch(epochs: readonly ModelEpoch[]): Promise<Float64Array>;
  /** Each model's mean loss over its rows to judge by, without dropout; null where there are none. */
  judge(): Promise<Float64Array | null>;
  /** Each model's weights as they are now. */
  weights(): Promise<Float64Array[]>;
  state(place: number): ModelState;
  /** Goes on with the models at these places only. */
  keep(places: readonly number[]): void;
  dispose(): void;
}

/** How an engine trains a stack; `room` says how many models of a kind it can take at once. */
export interface StackTrainer {
  readonly id: EngineId;
  room(spec: NeuralSpec, jobs: readonly StackedJob[]): number;
  start(jobs: readonly StackedJob[], states: readonly ModelState[]): StackDescent | Promise<StackDescent>;
}

interface Member {
  readonly job: StackedJob;
  readonly hooks: TrainingHooks;
  readonly watch: EpochWatch;
  epoch: number;
}

/** Trains jobs of a shape side by side, different shapes one after another; the results in the order of the jobs. */
export async function trainStacked(trainer: StackTrainer, jobs: readonly TrainingJob[]): Promise<TrainedNetwork[]> {
  if (jobs.some(({ data }) => data.train.rows === 0)) {
    throw new LabError('insufficient_data', 'There are no rows to train on.');
  }
  const trained: TrainedNetwork[] = [];
  for (const stack of stacksOf(jobs, (spec, alike) => trainer.room(spec, alike))) {
    await trainStack(trainer, stack, trained);
  }
  return trained;
}

async function trainStack(
  trainer: StackTrainer,
  jobs: readonly StackedJob[],
  trained: TrainedNetwork[],
): Promise<void> {
  let members = jobs.map((job) => memberOf(trainer.id, job));
  const descent = await trainer.start(
    jobs,
    members.map(({ job, hooks }) => stateOf(job.spec, hooks.resumeFrom)),
  );
  try {
    for (;;) {
      members = await withoutEnded(members, descent, trained);
      if (members.length === 0) return;
      await runEpoch(trainer.id, members, descent);
      await setImmediate();
    }
  } finally {
    descent.dispose();
  }
}

function memberOf(engine: EngineId, job: StackedJob): Member {
  const { spec, data } = job;
  const hooks = markedHooks(engine, spec, data, job.hooks);
  const { resumeFrom } = hooks;
  if (resumeFrom === undefined) return { job, hooks, watch: new EpochWatch(spec), epoch: 0 };
  const { history, epoch } = resumeFrom;
  const bestWeights = Object.hasOwn(resumeFrom.numbers, 'best')
    ? numbersOf(resumeFrom, 'best', weightCount(spec))
    : null;
  return { job, hooks, watch: new EpochWatch(spec, { history, bestWeights }), epoch };
}

function weightCount(spec: NeuralSpec): number {
  return neuralNetworkOf(spec).initialWeights(spec).length;
}

function stateOf(spec: NeuralSpec, resumeFrom: Checkpoint | undefined): ModelState {
  const weights = neuralNetworkOf(spec).initialWeights(spec);
  const none = new Float64Array(weights.length);
  if (resumeFrom === undefined) return { weights, first: none, second: none, powers: Float64Array.of(1, 1) };
  const numbers = (name: string) => numbersOf(resumeFrom, name, weights.length);
  if (spec.optimizer === 'sgd') {
    return { weights: numbers('weights'), first: none, second: none, powers: Float64Array.of(1, 1) };
  }
  return {
    weights: numbers('weights'),
    first: numbers('first'),
    second: numbers('second'),
    powers: numbersOf(resumeFrom, 'powers', 2),
  };
}

/** Takes the models that are through out of the stack and notes what became of them. */
async function withoutEnded(members: Member[], descent: StackDescent, trained: TrainedNetwork[]): Promise<Member[]> {
  const goesOn = ({ watch, epoch, job }: Member) => epoch < job.spec.epochs && !watch.stop;
  const left = members.filter(goesOn);
  if (left.length === members.length) return members;
  const weights = await descent.weights();
  members.forEach((member, place) => {
    if (!goesOn(member)) trained[member.job.index] = member.watch.result(weights[place]);
  });
  if (left.length > 0) descent.keep(members.flatMap((member, place) => (goesOn(member) ? [place] : [])));
  return left;
}

async function runEpoch(engine: EngineId, members: readonly Member[], descent: StackDescent): Promise<void> {
  for (const member of members) member.epoch++;
  const trainLosses = await descent.epoch(
    members.map(({ job, epoch, watch }) => ({ seed: job.spec.seed, epoch, learningRate: watch.learningRate })),
  );
  const validationLosses = await descent.judge();
  const weights = await descent.weights();
  const reports = members.map(({ job: { spec }, epoch }, place): EpochReport => {
    const trainLoss = trainLosses[place];
    const validationLoss = validationLosses?.[place] ?? null;
    requireFinite(spec, epoch, trainLoss, validationLoss ?? 0);
    return { epoch, epochs: spec.epochs, trainLoss, validationLoss };
  });
  members.forEach(({ watch }, place) => {
    watch.record(reports[place], weights[place]);
  });
  for (const [place, member] of members.entries()) await report(engine, member, reports[place], descent, place);
}

/** The state moves on with the next epoch, so that a checkpoint is made while the hook runs or not at all. */
async function report(
  engine: EngineId,
  { hooks, watch, job }: Member,
  epoch: EpochReport,
  descent: StackDescent,
  place: number,
): Promise<void> {
  let running = true;
  const checkpoint = (): Checkpoint => {
    if (!running) throw new RangeError('A checkpoint can only be made while onEpoch runs.');
    const { history, bestWeights } = watch.soFar;
    const { weights, ...optimizer } = descent.state(place);
    const numbers: Record<string, Float64Array> =
      job.spec.optimizer === 'sgd' ? { weights } : { weights, ...optimizer };
    if (bestWeights !== null) numbers.best = bestWeights;
    return { engine, epoch: epoch.epoch, numbers, history };
  };
  try {
    await hooks.onEpoch(epoch, checkpoint);
  } finally {
    running = false;
  }
}
