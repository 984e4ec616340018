import { LabError } from '@stratlab/data/error.ts';
import { expertsOf, type RoutePlan, routeOf } from './composition.ts';
import { predictEnsemble } from './ensemble.ts';
import { pickRows } from './fit.ts';
import { type EnsembleHooks, type FittedMember, hooksFrom, type Lesson } from './fit-ensemble.ts';
import { fitLessons, lessonsOf, lessonsOfParts, type Task } from './lessons.ts';
import { sharesOf } from './regime-route.ts';
import { withMeanOne } from './sampling/bag.ts';
import { trainingSample } from './sampling/training-sample.ts';
import type { Fold, Rows } from './split.ts';
import { combinatorialFolds } from './splits/combinatorial.ts';

/** Parts that each training part is divided into, so that its rows are routed by gates that have not learnt from them. */
const crossParts = 5;
/** Share of such a gate's rows that stops it early, where the fold has rows for that. */
const crossValidation = 0.15;
/** Below these a model has too few rows to learn from, or to be stopped by. */
const fewest = { train: 30, validation: 30 };

/** A gate and the models behind it, each over the rows of one sample. */
export interface ComposedTask extends RoutePlan {
  readonly gate: Task;
  readonly experts: Task;
}

export interface FittedComposition {
  readonly gate: FittedMember[];
  /** Fold by fold, model by model, seed by seed. */
  readonly members: (FittedMember & { readonly expert: string })[];
  /** That the newest fold's last model learnt from. */
  readonly learntRows: number;
}

/** Gates that a fold needs: its own, and those that route its training rows. */
export const gatesPerFold = 1 + crossParts;

/** How many networks a composition fits. */
export function composedNetworks(folds: number, seeds: number, experts: number): number {
  return folds * seeds * (gatesPerFold + experts);
}

/**
 * Fits, per fold, a gate on the training rows; then, on the rows that gates which have not learnt from them send there,
 * the model of each regime: so it meets in training what it will meet afterwards, and not the regimes as they turned
 * out, which tell the future. Soft: all rows, by probability. `rows` say what overlaps what. Throws `insufficient_data`
 * where a model is left with too few rows.
 */
export async function fitComposition(
  task: ComposedTask,
  rows: Rows,
  folds: readonly Fold[],
  hooks: EnsembleHooks,
): Promise<FittedComposition> {
  const gateLessons = lessonsOf(task.gate, folds);
  const gate = await fitLessons(task.gate, gateLessons, hooks);
  const crossed = folds.map((fold) => crossedParts(rows, fold));
  const crossLessons = lessonsOf(task.gate, crossed.flat());
  const cross = await fitLessons(task.gate, crossLessons, hooksFrom(hooks, gateLessons.length));
  const taught = folds.flatMap((fold, f) => {
    const gates = gate.filter((member) => member.fold === f);
    const regimes = emptyAnswers(task);
    answer(task.gate, regimes, gates, [fold.validation, fold.test]);
    crossed[f].forEach(({ test }, part) => {
      const own = cross.filter((member) => member.fold === f * crossParts + part);
      answer(task.gate, regimes, own, [test]);
    });
    return expertLessons(task, f, fold, regimes);
  });
  const lessons = taught.map(({ lesson }) => lesson);
  const members = await fitLessons(task.experts, lessons, hooksFrom(hooks, gateLessons.length + crossLessons.length));
  return {
    gate,
    members: members.map((member, k) => ({ ...member, expert: taught[k].expert })),
    learntRows: lessons[lessons.length - 1].parts.train.length,
  };
}

/** The training rows of a fold in parts, each with the others to learn from, labels that overlap purged. */
function crossedParts(rows: Rows, { train, validation }: Fold): Fold[] {
  const share = validation.length > 0 ? crossValidation : 0;
  const grouping = { groups: crossParts, testGroups: 1, embargoBars: 0, validation: share };
  return combinatorialFolds({ ...rows, rows: train }, grouping, 'gate of a composition');
}

function emptyAnswers({ gate: { spec, learnable } }: ComposedTask): Float64Array {
  return new Float64Array(learnable.targets.length * spec.outputs).fill(Number.NaN);
}

/** Fills in the mean answers of some gates for some rows. */
function answer(
  { spec, learnable }: Task,
  regimes: Float64Array,
  members: readonly FittedMember[],
  parts: readonly Int32Array[],
): void {
  const routes = [{ start: Number.NEGATIVE_INFINITY, folds: [members[0].fold] }];
  for (const rows of parts) {
    const features = pickRows(learnable.features, rows, spec.inputs);
    const answers = predictEnsemble({ members, routes }, features, new Float64Array(rows.length));
    rows.forEach((row, k) => {
      regimes.set(answers.subarray(k * spec.outputs, (k + 1) * spec.outputs), row * spec.outputs);
    });
  }
}

/** The networks of each model of a fold, by the rows that the gates send there. */
function expertLessons(
  task: ComposedTask,
  fold: number,
  parts: Fold,
  regimes: Float64Array,
): { lesson: Lesson; expert: string }[] {
  const route = routeOf(task);
  const shares = sharesOf(route, regimes);
  return expertsOf(task).flatMap((expert, e) => {
    const part = Float64Array.from(
      { length: shares.length / route.experts },
      (_, row) => shares[row * route.experts + e],
    );
    return lessonsOfExpert(task, fold, parts, part, expert).map((lesson) => ({ lesson, expert }));
  });
}

/** `share`: per row of the sample the part that the model has in it. */
function lessonsOfExpert(
  { experts: task, rules }: ComposedTask,
  fold: number,
  { train, validation, test }: Fold,
  share: Float64Array,
  expert: string,
): Lesson[] {
  const sent = (rows: Int32Array) => rows.filter((row) => share[row] > 0);
  const own = sent(train);
  requireRows(own.length, train.length, expert, rules);
  const watched = sent(validation);
  const stopping = watched.length < fewest.validation ? validation : watched;
  const sample = trainingSample(task.sampling, own, task.sampled, task.learnable.targets);
  const weights = sample.weights?.slice() ?? new Float64Array(task.learnable.targets.length).fill(1);
  for (const row of own) weights[row] *= share[row];
  if (stopping === watched) for (const row of watched) weights[row] *= share[row];
  const shared = withMeanOne(withMeanOne(weights, sample.rows), stopping);
  const parts = { train: sample.rows, validation: stopping, test: sent(test), scaled: train };
  return lessonsOfParts(task, fold, parts, { rows: sample.rows, weights: shared });
}

function requireRows(rows: number, of: number, expert: string, rules: RoutePlan['rules']): void {
  if (rows >= fewest.train) return;
  const regimes = Object.keys(rules).filter((regime) => rules[regime] === expert);
  throw new LabError(
    'insufficient_data',
    `The gate sends ${rows} of ${of} training rows to the model of ${regimes.join(' and ')}: too few to learn from.`,
    {
      path: 'composition.rules',
      hint: `${fewest.train} rows are the least. Send these regimes to another model or to flat, lower regime_threshold, take other thresholds for the gate's labels, or routing: soft.`,
    },
  );
}
