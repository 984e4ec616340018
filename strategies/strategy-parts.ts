import type { Formula } from './formula.ts';
import type { FuzzyCondition } from './fuzzy-rule.ts';
import type { IndicatorDefinition } from './indicator-definition.ts';
import type { ParsedMembership } from './memberships/index.ts';

/** One set of a fuzzy-set id: `oversold` of `rsi_zone`. */
export interface FuzzySet {
  readonly set: string;
  readonly membership: ParsedMembership;
}

/** A column (`rsi_14` or `adx_14.adx`) divided into sets that the document gives, or into named sets fitted in training. */
export type FuzzyVariable = { readonly column: string } & (
  | { readonly sets: readonly FuzzySet[] }
  | { readonly auto: readonly string[] }
);

/** Names of a variable's sets, from low values to high. */
export function setNames(variable: FuzzyVariable): readonly string[] {
  return 'auto' in variable ? variable.auto : variable.sets.map(({ set }) => set);
}

/** Formulas by where they stand in the document: `rules.enter_long`, `legs.0.weight`, `execution.stop_loss.price`. */
export type Formulas = ReadonlyMap<string, Formula>;

/** What decides. `target` and `portfolio` do only where none of the others is given; else they size what it says. */
export const deciders = ['model', 'rules', 'fuzzy_rules', 'target', 'portfolio'] as const;
export type Decider = (typeof deciders)[number];

/** What a document's names and formulas were read as. */
export interface StrategyParts {
  readonly decider: Decider;
  readonly indicators: Readonly<Record<string, IndicatorDefinition>>;
  /** Indicators that are formulas, by id. */
  readonly formulaIndicators: ReadonlyMap<string, Formula>;
  readonly fuzzy: ReadonlyMap<string, FuzzyVariable>;
  readonly fuzzyRules: readonly { condition: FuzzyCondition; then: number; weight: number }[];
  readonly formulas: Formulas;
}
