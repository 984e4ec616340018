import { type Division, divide, levelsOf } from './grid.ts';
import { decidingRules, type InducedRule, induceRules, type RuleList } from './induce-rules.ts';
import { ruleFigures } from './rule-figures.ts';
import type { Outcome } from './task.ts';
import type { ToldRule } from './told-rule.ts';
import type { Variable } from './variables.ts';

/** How well rules tell what the model says: shares of the explained rows. */
export interface Fidelity {
  /** In which the rules say the model's own class. */
  readonly fidelity: number;
  /** In which the model says its most frequent class: what a list without rules would reach. */
  readonly constantFidelity: number;
}

export interface RuleExplanation extends Fidelity {
  readonly rules: ToldRule[];
  /** What holds where no rule does; null where always one does. */
  readonly otherwise: ToldRule | null;
}

/** Rows x inputs, and the class that the model says of each. */
export interface Seen {
  readonly features: Float64Array;
  readonly said: Int32Array;
}

/**
 * Rules learnt from what a model says of `taught` rows and judged on others, `explained`; the label teaches nothing.
 * Each rule speaks of the rows that no rule above it covers. `forward` is the return over each row's label.
 */
export function induceExplanation(
  variables: readonly Variable[],
  width: number,
  taught: Seen,
  explained: Pick<Seen, 'features'> & { outcome: Outcome; forward: Float64Array },
): RuleExplanation {
  const { outcome, forward } = explained;
  const divisions = divide(variables, taught.features, width);
  const list = induceRules({
    grid: levelsOf(divisions, taught.features, width),
    variables: divisions.map(({ variable }) => variable),
    said: taught.said,
    classes: outcome.classes.length,
  });
  const deciding = decidingRules(list, levelsOf(divisions, explained.features, width), divisions.length);
  const told = (rule: number, when: string, says: number): ToldRule => ({
    when,
    says: outcome.classes[says],
    ...ruleFigures(
      outcome,
      forward,
      Float64Array.from(deciding, (own) => Number(own === rule)),
      says,
    ),
  });
  return {
    rules: list.rules.map((rule, k) => told(k, conditionWords(rule, divisions), rule.says)),
    otherwise: told(list.rules.length, 'no rule above holds', list.otherwise),
    ...fidelityOf(outcome.said, saidByList(list, deciding), outcome.classes.length),
  };
}

/** Of at least one row. */
export function fidelityOf(said: Int32Array, ruled: Int32Array, classes: number): Fidelity {
  const counts = new Array<number>(classes).fill(0);
  let agreed = 0;
  said.forEach((own, row) => {
    counts[own]++;
    if (own === ruled[row]) agreed++;
  });
  return { fidelity: agreed / said.length, constantFidelity: Math.max(...counts) / said.length };
}

function saidByList({ rules, otherwise }: RuleList, deciding: Int32Array): Int32Array {
  return deciding.map((rule) => rules[rule]?.says ?? otherwise);
}

function conditionWords({ conditions }: InducedRule, divisions: readonly Division[]): string {
  return conditions.map(({ division, level }) => divisions[division].levels[level]).join(' and ');
}
