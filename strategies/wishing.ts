import type { Formula } from './formula.ts';
import type { UniverseFormulas, UniverseView } from './universe-view.ts';

/** What every kind of wish is made from. */
export interface Wishing {
  readonly view: UniverseView;
  readonly formulas: UniverseFormulas;
  /** The steps that may decide; `end` is exclusive. */
  readonly start: number;
  readonly end: number;
  /** Wishes not made yet: NaN everywhere, a column per member. */
  readonly weights: Float64Array[];
}

/** A formula of the strategy, which its reading has kept where the document has it. */
export function requireFormula({ strategy }: UniverseView, path: string): Formula {
  const formula = strategy.formulas.get(path);
  if (formula === undefined) throw new RangeError(`no formula at ${path}`);
  return formula;
}

/** Where entries are allowed, by `decisions.filters.when` on each decider's own bars; null: everywhere. */
export function whenOf({ view, formulas }: Wishing): Float64Array[] | null {
  const when = view.strategy.formulas.get('decisions.filters.when');
  return when === undefined ? null : formulas.values(when);
}
