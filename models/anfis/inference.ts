import type { Layout } from './layout.ts';
import type { Membership } from './membership.ts';

/** Inputs are held within this, so that nothing overflows. */
const farthest = 1e100;

/**
 * Layers 1 to 3 (Jang 1993): `target` (rows x rules) becomes the normalised firing strengths. The product of a rule's
 * memberships is a sum of logarithms from which the largest is taken away: at least one rule always fires.
 */
export function fillStrengths(
  target: Float64Array,
  layout: Layout,
  membership: Membership,
  premises: Float64Array,
  features: Float64Array,
  rows: number,
): void {
  const { inputs, sets, rules, parameters } = layout;
  const logarithms = new Float64Array(inputs * sets);
  for (let row = 0; row < rows; row++) {
    for (let i = 0, at = 0; i < inputs; i++) {
      const x = held(features[row * inputs + i]);
      for (let s = 0; s < sets; s++, at++) logarithms[at] = membership.logarithm(premises, at * parameters, x);
    }
    fireRules(target.subarray(row * rules, (row + 1) * rules), layout, logarithms);
  }
}

function fireRules(target: Float64Array, { inputs, sets, rules, setOf }: Layout, logarithms: Float64Array): void {
  let largest = Number.NEGATIVE_INFINITY;
  for (let r = 0; r < rules; r++) {
    let sum = 0;
    for (let i = 0; i < inputs; i++) sum += logarithms[i * sets + setOf[r * inputs + i]];
    target[r] = sum;
    if (sum > largest) largest = sum;
  }
  let total = 0;
  for (let r = 0; r < rules; r++) total += target[r] = Math.exp(target[r] - largest);
  for (let r = 0; r < rules; r++) target[r] /= total;
}

/** Layer 4: `target` (rules x outputs) becomes what each rule says for one row. */
export function fillConsequents(
  target: Float64Array,
  { inputs, outputs, rules, terms }: Layout,
  consequents: Float64Array,
  features: Float64Array,
  row: number,
): void {
  for (let r = 0; r < rules; r++) {
    for (let k = 0; k < outputs; k++) {
      let at = r * terms * outputs + k;
      let sum = 0;
      for (let i = 0; i < terms - 1; i++, at += outputs) sum += consequents[at] * held(features[row * inputs + i]);
      target[r * outputs + k] = sum + consequents[at];
    }
  }
}

/** Layer 5: rows x outputs, the rules' answers weighted by their strengths. */
export function rawOutputs(
  layout: Layout,
  strengths: Float64Array,
  consequents: Float64Array,
  features: Float64Array,
  rows: number,
): Float64Array {
  const { rules, outputs } = layout;
  const answers = new Float64Array(rows * outputs);
  const says = new Float64Array(rules * outputs);
  for (let row = 0; row < rows; row++) {
    fillConsequents(says, layout, consequents, features, row);
    for (let k = 0; k < outputs; k++) {
      let sum = 0;
      for (let r = 0; r < rules; r++) sum += strengths[row * rules + r] * says[r * outputs + k];
      answers[row * outputs + k] = sum;
    }
  }
  return answers;
}

export function held(x: number): number {
  return x > farthest ? farthest : x < -farthest ? -farthest : x;
}
