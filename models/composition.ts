import type { Member } from './ensemble.ts';
import type { RegimeRoute } from './regime-route.ts';

/** What stands in `rules` for a regime in which nothing is done. */
export const flat = 'flat';

/** One model per regime, and the gate that says how likely each regime is. */
export interface Composition<Kind extends Member = Member> {
  readonly gate: {
    /** Names of its inputs, all among the features of the model. */
    readonly features: readonly string[];
    /** Names of the regimes, in the order of its outputs. */
    readonly classes: readonly string[];
    readonly members: readonly Kind[];
  };
  /** Which model decides in each regime, or `flat`. */
  readonly rules: Readonly<Record<string, string>>;
  readonly routing: Routing;
}

/** soft: every model by the probability of its regimes; hard: that of the likeliest regime alone. */
export type Routing =
  | { readonly kind: 'soft' }
  | {
      readonly kind: 'hard';
      /** The least probability of a regime; below it nothing is done. */
      readonly threshold: number;
      /** Rows on which a new regime must be the likeliest before decisions follow it. */
      readonly stabilityBars: number;
      /** Whether a position is closed where the regime changes. */
      readonly closesAtSwitch: boolean;
    };

/** What says which model decides. */
export interface RoutePlan extends Pick<Composition, 'rules' | 'routing'> {
  /** Names of the regimes, in the order of the gate's outputs. */
  readonly regimes: readonly string[];
}

/** The models behind a gate by name, in the order of the regimes. */
export function expertsOf({ regimes, rules }: Pick<RoutePlan, 'regimes' | 'rules'>): string[] {
  return [...new Set(regimes.map((regime) => rules[regime]))].filter((name) => name !== flat);
}

export function routeOf({ regimes, rules, routing }: RoutePlan): RegimeRoute {
  const experts = expertsOf({ regimes, rules });
  return {
    expertOf: regimes.map((regime) => experts.indexOf(rules[regime])),
    experts: experts.length,
    threshold: routing.kind === 'hard' ? routing.threshold : null,
  };
}

export function planOf({ gate, rules, routing }: Composition): RoutePlan {
  return { regimes: gate.classes, rules, routing };
}
