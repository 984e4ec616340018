import { type Predictor, predict } from './predict.ts';

/** A trained network among others: which fold and which seed it comes from. */
export interface Member extends Predictor {
  readonly fold: number;
  /** Divides the logarithms of its probabilities (Guo et al., On Calibration of Modern Neural Networks, 2017); 1: as they are. */
  readonly temperature: number;
}

/** From the bar that starts at `start` on, the mean of these folds' members decides. */
export interface Route {
  readonly start: number;
  readonly folds: readonly number[];
}

/** Networks of one description that answer together. */
export interface Ensemble {
  readonly members: readonly Member[];
  /** Ascending; rows before the first go by the first. */
  readonly routes: readonly Route[];
}

/** The member that new bars go by, where one does. */
export function newestMember<Kind extends Member>({ members }: { readonly members: readonly Kind[] }): Kind {
  return members[members.length - 1];
}

/**
 * Class probabilities per row (rows x outputs), or the predicted target: the mean of the members that the row's instant
 * is routed to, so that a row which was tested is answered by members that have not learnt from it. `features` is
 * row-major and not normalised, `time` the start of each row's bar. A row with any NaN gives a row of NaN.
 */
export function predictEnsemble(
  { members, routes }: Ensemble,
  features: Float64Array,
  time: Float64Array,
): Float64Array {
  const answers = members.map((member) => predictMember(member, features));
  const width = time.length === 0 ? 0 : answers[0].length / time.length;
  const mixed = new Float64Array(time.length * width);
  let route = 0;
  let deciding = membersOf(members, routes[0]);
  for (let row = 0; row < time.length; row++) {
    while (route + 1 < routes.length && routes[route + 1].start <= time[row]) {
      route++;
      deciding = membersOf(members, routes[route]);
    }
    for (let k = row * width; k < (row + 1) * width; k++) {
      let sum = 0;
      for (const member of deciding) sum += answers[member][k];
      mixed[k] = sum / deciding.length;
    }
  }
  return mixed;
}

/** As `predict`, its probabilities scaled by the member's temperature. */
export function predictMember(member: Member, features: Float64Array): Float64Array {
  const answers = predict(member, features);
  if (member.temperature === 1 || member.target !== null) return answers;
  return tempered(answers, member.spec.outputs, member.temperature);
}

/** p^(1/T), normalised: softmax of the logits over T. */
export function tempered(probabilities: Float64Array, columns: number, temperature: number): Float64Array {
  const scaled = probabilities.map((p) => p ** (1 / temperature));
  for (let from = 0; from < scaled.length; from += columns) {
    let sum = 0;
    for (let k = from; k < from + columns; k++) sum += scaled[k];
    for (let k = from; k < from + columns; k++) scaled[k] /= sum;
  }
  return scaled;
}

function membersOf(members: readonly Member[], { folds }: Route): number[] {
  return members.flatMap(({ fold }, k) => (folds.includes(fold) ? [k] : []));
}
