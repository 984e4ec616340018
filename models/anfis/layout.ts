import { LabError } from '@stratlab/data/error.ts';
import type { NetworkSpec } from '../spec.ts';

export type AnfisSpec = NetworkSpec<'anfis'>;

const mostRules = 4096;
/** Consequent parameters per output; the least squares keeps their square in memory. */
const mostColumns = 4096;

/**
 * Sizes of an ANFIS, and where each thing lies. Every input has `sets` fuzzy sets: of a grid partition those of the
 * spec, of a clustered partition one per rule. Rule r joins set `setOf[r * inputs + i]` of input i.
 */
export interface Layout {
  readonly inputs: number;
  readonly outputs: number;
  readonly sets: number;
  readonly rules: number;
  /** Numbers per set: centre, width, and of bells the slope. */
  readonly parameters: number;
  /** Numbers per rule and output: one slope per input (linear only), then the constant. */
  readonly terms: number;
  readonly setOf: Int32Array;
  readonly premiseCount: number;
  readonly consequentCount: number;
}

/** Throws `limit_exceeded` where the rules or their parameters are too many, `invalid_input` for several regressions. */
export function layoutOf(spec: AnfisSpec): Layout {
  const { inputs, outputs } = spec;
  if (spec.task === 'regression' && outputs !== 1)
    throw new LabError('invalid_input', `An ANFIS for regression has one output, not ${outputs}.`);
  const isGrid = spec.partition === 'grid';
  const sets = isGrid ? spec.sets : spec.rules;
  const rules = isGrid ? sets ** inputs : spec.rules;
  const parameters = spec.membership === 'bell' ? 3 : 2;
  const terms = spec.consequent === 'linear' ? inputs + 1 : 1;
  requireWithinLimits(spec, rules, terms);
  return {
    inputs,
    outputs,
    sets,
    rules,
    parameters,
    terms,
    setOf: setsOfRules(isGrid, rules, inputs, sets),
    premiseCount: inputs * sets * parameters,
    consequentCount: rules * terms * outputs,
  };
}

function requireWithinLimits(spec: AnfisSpec, rules: number, terms: number): void {
  if (rules > mostRules)
    throw new LabError(
      'limit_exceeded',
      `A grid of ${spec.sets} sets over ${spec.inputs} inputs has ${rules} rules; at most ${mostRules} are allowed.`,
      { hint: 'Use fewer inputs or sets, or partition: clustered, whose rules do not grow with the inputs.' },
    );
  if (rules * terms > mostColumns)
    throw new LabError(
      'limit_exceeded',
      `${rules} rules with ${terms} consequent parameters each are ${rules * terms} unknowns per output; at most ${mostColumns} are allowed.`,
      { hint: 'Use fewer rules or inputs, or consequent: constant.' },
    );
}

/** Rules of a grid count up in cartesian order, the last input fastest. */
function setsOfRules(isGrid: boolean, rules: number, inputs: number, sets: number): Int32Array {
  const setOf = new Int32Array(rules * inputs);
  for (let rule = 0; rule < rules; rule++) {
    let rest = rule;
    for (let i = inputs - 1; i >= 0; i--) {
      setOf[rule * inputs + i] = isGrid ? rest % sets : rule;
      rest = Math.floor(rest / sets);
    }
  }
  return setOf;
}

/** The two parts of canonical weights as views: premises, then consequents. */
export function partsOf(layout: Layout, weights: Float64Array): { premises: Float64Array; consequents: Float64Array } {
  return {
    premises: weights.subarray(0, layout.premiseCount),
    consequents: weights.subarray(layout.premiseCount, layout.premiseCount + layout.consequentCount),
  };
}
