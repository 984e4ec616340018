import { type Composition, expertsOf, planOf, routeOf } from './composition.ts';
import { type Ensemble, type Member, newestMember, predictEnsemble } from './ensemble.ts';
import type { ColumnNormalisation } from './normalisation.ts';
import { signalOf } from './predict.ts';
import {
  chosenShares,
  likeliestRegimes,
  probabilitiesOf,
  regimeSwitches,
  sharesOf,
  steadyRegimes,
} from './regime-route.ts';

/** A network that decides alone, or in the regimes of one model of a composition. */
export interface ExpertMember extends Member {
  readonly expert?: string | undefined;
}

/** Networks that answer together; with a composition those of one model for each of its regimes. */
export interface TrainedModel<Kind extends ExpertMember = ExpertMember> extends Ensemble {
  readonly members: readonly Kind[];
  /** Names of what it looks at; the first are the inputs of `members`. */
  readonly features: readonly string[];
  readonly composition?: Composition<Kind> | undefined;
}

/**
 * Class probabilities per row (rows x outputs), or the predicted target. `features` is row-major, not normalised and has
 * all that the model looks at; `time` is the start of each row's bar. Of a composition the models' answers in the parts
 * they have in the row; where none has any, in those they would have by the gate's probabilities. A row with any NaN
 * gives a row of NaN.
 */
export function predictModel(model: TrainedModel, features: Float64Array, time: Float64Array): Float64Array {
  const { composition } = model;
  if (composition === undefined) return predictEnsemble(model, features, time);
  const regimes = gateAnswers(model, composition, features, time);
  const route = routeOf(planOf(composition));
  return mixed(model, composition, features, time, sharesOf(route, regimes), probabilitiesOf(route, regimes));
}

/** What a model says of bars in time order. */
export interface ModelSignal {
  /** The wished direction per row, in [-1, 1]; of a composition less the part of regimes in which nothing is done. */
  readonly signal: Float64Array;
  /** 1 where open positions are closed because the regime changes; null where none are. */
  readonly closes: Uint8Array | null;
}

/** As `predictModel`, for the bars of one symbol in time order: hard routing waits until a regime is steady. */
export function modelSignal(model: TrainedModel, features: Float64Array, time: Float64Array): ModelSignal {
  const { composition } = model;
  const newest = newestMember(model);
  if (composition === undefined) {
    return { signal: signalOf(newest, predictEnsemble(model, features, time)), closes: null };
  }
  const { routing } = composition;
  const regimes = gateAnswers(model, composition, features, time);
  const route = routeOf(planOf(composition));
  const probable = probabilitiesOf(route, regimes);
  const settled =
    routing.kind === 'hard'
      ? steadyRegimes(likeliestRegimes(regimes, route.expertOf.length, routing.threshold), routing.stabilityBars)
      : null;
  const shares = settled === null ? probable : chosenShares(route, settled);
  const signal = signalOf(newest, mixed(model, composition, features, time, shares, probable));
  for (let row = 0; row < signal.length; row++) signal[row] *= sumOf(shares, row, route.experts);
  const closes = settled !== null && routing.kind === 'hard' && routing.closesAtSwitch ? regimeSwitches(settled) : null;
  return { signal, closes };
}

/** The gate's probability of each regime per row (rows x regimes), by the folds that the row is routed to. */
export function regimeProbabilities(
  model: TrainedModel,
  features: Float64Array,
  time: Float64Array,
): Float64Array | null {
  const { composition } = model;
  return composition === undefined ? null : gateAnswers(model, composition, features, time);
}

/** How the newest networks scale each feature: those of the model theirs, the gate's what only the gate looks at. */
export function featureScales({ members, composition, features }: TrainedModel): ColumnNormalisation[] {
  const own = newestMember({ members }).normalisation;
  if (composition === undefined) return [...own];
  const { gate } = composition;
  const beside = newestMember(gate).normalisation;
  return features.map((name, k) => own[k] ?? beside[gate.features.indexOf(name)]);
}

function gateAnswers(
  { routes, features: names }: TrainedModel,
  { gate }: Composition,
  features: Float64Array,
  time: Float64Array,
): Float64Array {
  const places = gate.features.map((name) => names.indexOf(name));
  return predictEnsemble({ members: gate.members, routes }, columnsAt(features, names.length, places), time);
}

function mixed(
  { members, routes, features: names }: TrainedModel,
  composition: Composition,
  features: Float64Array,
  time: Float64Array,
  shares: Float64Array,
  probable: Float64Array,
): Float64Array {
  const [{ spec }] = members;
  const inputs = columnsAt(
    features,
    names.length,
    Array.from({ length: spec.inputs }, (_, k) => k),
  );
  const experts = expertsOf(planOf(composition));
  const answers = experts.map((name) =>
    predictEnsemble({ members: members.filter(({ expert }) => expert === name), routes }, inputs, time),
  );
  const mixture = new Float64Array(time.length * spec.outputs);
  for (let row = 0; row < time.length; row++) {
    const parts = sumOf(shares, row, experts.length) === 0 ? probable : shares;
    const whole = sumOf(parts, row, experts.length);
    answers.forEach((answer, expert) => {
      const part = whole === 0 ? 1 / experts.length : parts[row * experts.length + expert] / whole;
      for (let k = row * spec.outputs; k < (row + 1) * spec.outputs; k++) mixture[k] += part * answer[k];
    });
  }
  return mixture;
}

function sumOf(values: Float64Array, row: number, columns: number): number {
  let sum = 0;
  for (let k = row * columns; k < (row + 1) * columns; k++) sum += values[k];
  return sum;
}

/** Some columns of a row-major matrix; the matrix itself where that is all of them as they stand. */
export function columnsAt(matrix: Float64Array, width: number, places: readonly number[]): Float64Array {
  if (places.length === width && places.every((place, k) => place === k)) return matrix;
  const picked = new Float64Array((matrix.length / width) * places.length);
  for (let row = 0; row * width < matrix.length; row++) {
    places.forEach((place, k) => {
      picked[row * places.length + k] = matrix[row * width + place];
    });
  }
  return picked;
}
