import type { Network } from '../network.ts';
import { fillStrengths, rawOutputs } from './inference.ts';
import { type AnfisSpec, type Layout, layoutOf, partsOf } from './layout.ts';
import { memberships } from './membership.ts';

/** Least share of a class before normalisation, so that the log loss of a probability stays finite. */
const leastShare = 1e-3;
const chunk = 256;

/**
 * Adaptive network of fuzzy rules (Jang 1993, five layers). Tensors: `premises` [inputs, sets, centre | width | slope]
 * (a clustered partition has one set per rule and input) and `consequents` [rules, slopes by input and constant,
 * outputs]. In classification each output is fitted to its class's indicator; the outputs, clipped to [0.001, 1] and
 * divided by their sum, are the probabilities.
 */
export const anfisNetwork: Network<AnfisSpec> = {
  types: ['anfis'],
  tensors(spec) {
    const { inputs, sets, parameters, rules, terms, outputs } = layoutOf(spec);
    return [
      { name: 'premises', shape: [inputs, sets, parameters] },
      { name: 'consequents', shape: [rules, terms, outputs] },
    ];
  },
  outputs(spec, weights, features, rows) {
    const outputs = plainOutputs(spec, layoutOf(spec), weights, features, rows);
    if (spec.task === 'classification') toProbabilities(outputs, spec.outputs);
    return outputs;
  },
};

function plainOutputs(
  spec: AnfisSpec,
  layout: Layout,
  weights: Float64Array,
  features: Float64Array,
  rows: number,
): Float64Array {
  const { premises, consequents } = partsOf(layout, weights);
  const strengths = new Float64Array(Math.min(rows, chunk) * layout.rules);
  const outputs = new Float64Array(rows * layout.outputs);
  for (let row = 0; row < rows; row += chunk) {
    const count = Math.min(chunk, rows - row);
    const part = features.subarray(row * layout.inputs, (row + count) * layout.inputs);
    fillStrengths(strengths, layout, memberships[spec.membership], premises, part, count);
    outputs.set(rawOutputs(layout, strengths, consequents, part, count), row * layout.outputs);
  }
  return outputs;
}

/** Clips rows of class outputs and divides them by their sum, in place. */
export function toProbabilities(outputs: Float64Array, classes: number): void {
  for (let from = 0; from < outputs.length; from += classes) {
    let sum = 0;
    for (let i = from; i < from + classes; i++) sum += outputs[i] = Math.min(Math.max(outputs[i], leastShare), 1);
    for (let i = from; i < from + classes; i++) outputs[i] /= sum;
  }
}
