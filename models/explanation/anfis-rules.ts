import { fillConsequents, fillStrengths } from '../anfis/inference.ts';
import { type AnfisSpec, type Layout, layoutOf, partsOf } from '../anfis/layout.ts';
import { memberships } from '../anfis/membership.ts';
import { type FuzzySet, type Rule, rulesOf } from '../anfis/rules.ts';
import { applyNormalisation, type ColumnNormalisation } from '../normalisation.ts';
import type { Predictor } from '../predict.ts';
import { fidelityOf, type RuleExplanation } from './induced-explanation.ts';
import { ownUnit } from './own-units.ts';
import { ruleFigures } from './rule-figures.ts';
import { classesSaid, type Outcome } from './task.ts';
import type { ToldRule } from './told-rule.ts';

const mostTold = 12;
const mostPremises = 4;
const mostTerms = 2;
const chunk = 256;

export interface ExplainedRows {
  /** Rows x inputs, not normalised. */
  readonly features: Float64Array;
  readonly outcome: Outcome;
  /** Return over each row's label. */
  readonly forward: Float64Array;
}

/** What the rules do on the explained rows. */
interface Firing {
  /** rows x inputs, normalised. */
  readonly inputs: Float64Array;
  /** Per rule: the sum of its normalised strengths. */
  readonly totals: Float64Array;
  /** rules x outputs: what each rule says on average, where it fires. */
  readonly says: Float64Array;
  /** Per row the rule that fires most. */
  readonly strongest: Int32Array;
}

/**
 * The rules of an ANFIS, the strongest first, at most twelve. A rule's rows are counted by its normalised firing
 * strength. The fidelity is that of reading it rule by rule: the share of rows in which the rule that fires most says
 * the model's class. `words` names the inputs.
 */
export function anfisExplanation(
  spec: AnfisSpec,
  model: Pick<Predictor, 'weights' | 'normalisation' | 'target'>,
  words: readonly string[],
  rows: ExplainedRows,
): RuleExplanation {
  const { outcome, forward } = rows;
  const layout = layoutOf(spec);
  const { premises, consequents } = partsOf(layout, model.weights);
  const inputs = applyNormalisation(model.normalisation, rows.features);
  const strengths = strengthsOf(layout, spec, premises, inputs);
  const firing = firingOf(layout, consequents, inputs, strengths);
  const { sets, rules } = rulesOf(spec, model.weights);
  const classes = classesOfRules(spec, model, firing);
  const strong = Array.from(firing.totals.keys()).sort((a, b) => firing.totals[b] - firing.totals[a]);
  const told = strong.slice(0, mostTold).map((r): ToldRule => {
    const strength = new Float64Array(firing.strongest.length);
    for (const { of, at, row } of strengths()) strength[row] = of[at + r];
    const own = rules[r].premises.map((at) => sets[at]);
    return {
      when: premiseWords(own, model.normalisation, words, inputs),
      says: saysWords(spec, model, rules[r], r, classes[r], words, firing, outcome),
      ...ruleFigures(outcome, forward, strength, classes[r]),
    };
  });
  const ruled = firing.strongest.map((rule) => classes[rule]);
  return { rules: told, otherwise: null, ...fidelityOf(outcome.said, ruled, outcome.classes.length) };
}

/** Row by row the normalised strengths of all rules, from place `at` on; they stand until the next row is asked for. */
type Strengths = () => Generator<{ of: Float64Array; at: number; row: number }>;

function strengthsOf(layout: Layout, spec: AnfisSpec, premises: Float64Array, inputs: Float64Array): Strengths {
  const rows = inputs.length / layout.inputs;
  const of = new Float64Array(Math.min(rows, chunk) * layout.rules);
  return function* () {
    for (let from = 0; from < rows; from += chunk) {
      const count = Math.min(chunk, rows - from);
      const part = inputs.subarray(from * layout.inputs, (from + count) * layout.inputs);
      fillStrengths(of, layout, memberships[spec.membership], premises, part, count);
      for (let k = 0; k < count; k++) yield { of, at: k * layout.rules, row: from + k };
    }
  };
}

function firingOf(layout: Layout, consequents: Float64Array, inputs: Float64Array, strengths: Strengths): Firing {
  const { rules, outputs } = layout;
  const says = new Float64Array(rules * outputs);
  const totals = new Float64Array(rules);
  const answers = new Float64Array(rules * outputs);
  const strongest = new Int32Array(inputs.length / layout.inputs);
  for (const { of, at, row } of strengths()) {
    fillConsequents(answers, layout, consequents, inputs, row);
    let best = 0;
    for (let r = 0; r < rules; r++) {
      const strength = of[at + r];
      if (strength > of[at + best]) best = r;
      totals[r] += strength;
      for (let k = 0; k < outputs; k++) says[r * outputs + k] += strength * answers[r * outputs + k];
    }
    strongest[row] = best;
  }
  return { inputs, totals, says: says.map((sum, at) => overTotal(sum, totals[Math.floor(at / outputs)])), strongest };
}

/** A rule that never fires says nothing. */
function overTotal(sum: number, total: number): number {
  return total > 0 ? sum / total : 0;
}

function classesOfRules(spec: AnfisSpec, { target }: Pick<Predictor, 'target'>, { says }: Firing): Int32Array {
  if (target === null) return classesSaid({ classes: new Array<string>(spec.outputs).fill('') }, says);
  return classesSaid(
    { classes: null },
    says.map((value) => target.mean + target.sd * value),
  );
}

/** `rsi_14 about 32 (±6)`, where a set's degree is at least a half; the most selective sets first, no empty words. */
function premiseWords(
  premises: readonly FuzzySet[],
  normalisation: readonly ColumnNormalisation[],
  words: readonly string[],
  inputs: Float64Array,
): string {
  const told = premises
    .map((set) => ({ set, inside: shareInside(set, inputs, premises.length) }))
    .filter(({ set, inside }) => inside < 1 && !Number.isNaN(ownUnit(normalisation[set.input], set.centre)))
    .sort((a, b) => a.inside - b.inside);
  if (told.length === 0) return 'always';
  const phrases = told.slice(0, mostPremises).map(({ set }) => setWords(set, normalisation[set.input], words));
  const rest = told.length - phrases.length;
  return `${phrases.join(' and ')}${rest > 0 ? ` and ${rest} weaker premises` : ''}`;
}

function setWords(set: FuzzySet, column: ColumnNormalisation, words: readonly string[]): string {
  const half = halfWidth(set);
  const width = (ownUnit(column, set.centre + half) - ownUnit(column, set.centre - half)) / 2;
  return `${words[set.input]} about ${short(ownUnit(column, set.centre))} (±${short(Math.abs(width))})`;
}

/** Distance from the centre at which the degree is a half. */
function halfWidth({ type, width }: FuzzySet): number {
  return Math.abs(width) * (type === 'gaussian' ? Math.sqrt(2 * Math.LN2) : 1);
}

function shareInside(set: FuzzySet, inputs: Float64Array, columns: number): number {
  const half = halfWidth(set);
  let inside = 0;
  for (let at = set.input; at < inputs.length; at += columns) if (Math.abs(inputs[at] - set.centre) <= half) inside++;
  return (inside * columns) / inputs.length;
}

/** The class, or what the number comes to on average; of a linear consequent its steepest terms per deviation. */
function saysWords(
  spec: AnfisSpec,
  { target }: Pick<Predictor, 'target'>,
  rule: Rule,
  r: number,
  own: number,
  words: readonly string[],
  { inputs, says }: Firing,
  { classes }: Outcome,
): string {
  const output = target === null ? own : 0;
  const scale = target?.sd ?? 1;
  const mean = (target?.mean ?? 0) + scale * says[r * spec.outputs + output];
  const subject = target === null ? `${classes[own]} (score ${short(mean)}` : `${classes[own]} (${short(mean)}`;
  const terms = rule.consequents[output].slopes
    .map((slope, input) => ({ slope: scale * slope * deviation(inputs, input, words.length), input }))
    .filter(({ slope }) => Math.abs(slope) > 0.05 * Math.abs(mean))
    .sort((a, b) => Math.abs(b.slope) - Math.abs(a.slope))
    .slice(0, mostTerms)
    .map(({ slope, input }) => `${slope > 0 ? '+' : '-'}${short(Math.abs(slope))} per deviation of ${words[input]}`);
  return `${[subject, ...terms].join(', ')})`;
}

function deviation(values: Float64Array, column: number, columns: number): number {
  const own = Float64Array.from({ length: values.length / columns }, (_, row) => values[row * columns + column]);
  const mean = own.reduce((sum, value) => sum + value, 0) / own.length;
  return Math.sqrt(own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / own.length);
}

function short(value: number): number {
  return Number(value.toPrecision(3));
}
