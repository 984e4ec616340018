import type { Dataset } from '../engine.ts';
import { fillConsequents, held } from './inference.ts';
import type { Layout } from './layout.ts';
import type { Membership } from './membership.ts';

/** The state of the network over all training rows, as the forward pass left it. */
interface Pass {
  readonly premises: Float64Array;
  readonly consequents: Float64Array;
  /** rows x rules. */
  readonly strengths: Float64Array;
  /** Answer minus target, rows x outputs. */
  readonly errors: Float64Array;
}

/** Fills `gradient` with the derivative of the weighted sum of squared errors by every premise parameter. */
export function fillPremiseGradient(
  gradient: Float64Array,
  layout: Layout,
  membership: Membership,
  { rows, features, weights }: Dataset,
  { premises, consequents, strengths, errors }: Pass,
): void {
  const { inputs, sets, rules, outputs, parameters } = layout;
  const says = new Float64Array(rules * outputs);
  const blame = new Float64Array(inputs * sets);
  gradient.fill(0);
  for (let row = 0; row < rows; row++) {
    const weight = weights === null ? 1 : weights[row];
    fillConsequents(says, layout, consequents, features, row);
    const fired = strengths.subarray(row * rules, (row + 1) * rules);
    fillBlame(blame, layout, says, fired, errors.subarray(row * outputs, (row + 1) * outputs), 2 * weight);
    for (let i = 0, at = 0; i < inputs; i++) {
      const x = held(features[row * inputs + i]);
      for (let s = 0; s < sets; s++, at++) membership.addGradient(gradient, premises, at * parameters, x, blame[at]);
    }
  }
}

/**
 * Derivative of one row's squared error by the logarithm of each membership. Of the logarithm of rule r's firing
 * strength it is 2 error strength_r (what r says - the answer); a set collects that from the rules it is in.
 */
function fillBlame(
  blame: Float64Array,
  { inputs, sets, rules, outputs, setOf }: Layout,
  says: Float64Array,
  strengths: Float64Array,
  errors: Float64Array,
  factor: number,
): void {
  let mean = 0;
  for (let r = 0; r < rules; r++) mean += strengths[r] * towards(says, r * outputs, errors);
  blame.fill(0);
  for (let r = 0; r < rules; r++) {
    const share = factor * strengths[r] * (towards(says, r * outputs, errors) - mean);
    for (let i = 0; i < inputs; i++) blame[i * sets + setOf[r * inputs + i]] += share;
  }
}

function towards(says: Float64Array, from: number, errors: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < errors.length; k++) sum += errors[k] * says[from + k];
  return sum;
}
