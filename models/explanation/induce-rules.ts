import { type BitSet, bitSet, common, difference, intersection } from './bit-set.ts';

/** Places of a variable among the divisions and of the level among its levels. */
export interface Condition {
  readonly variable: number;
  readonly level: number;
}

export interface InducedRule {
  readonly conditions: readonly Condition[];
  /** The class it says. */
  readonly says: number;
}

/** The first rule whose conditions all hold says the class; where none does, `otherwise`. */
export interface RuleList {
  readonly rules: readonly InducedRule[];
  readonly otherwise: number;
}

/** Rows to describe: their levels (rows x variables) and the class that a model says of each. */
export interface Described {
  readonly grid: Uint8Array;
  readonly variables: number;
  readonly said: Int32Array;
  readonly classes: number;
}

export const mostRules = 12;
const mostConditions = 3;
const beamWidth = 20;
/** Share of a rule's rows that say its class: the surest rules first, then less sure ones. */
const confidences = [0.95, 0.8, 0.65];
const leastGain = 1e-9;

interface Candidate {
  readonly conditions: readonly Condition[];
  readonly covered: BitSet;
  readonly quality: number;
  readonly says: number;
}

/**
 * A short list of rules that says what a model says, learnt rule by rule on the rows that no rule covers yet: beam search
 * over conjunctions (CN2, Clark and Niblett 1989) by weighted relative accuracy (Lavrac, Flach and Zupan 1999). A rule
 * covers at least 1 % of the rows and ten of them; one without which the list is as faithful is dropped.
 */
export function induceRules(described: Described): RuleList {
  const { said, classes } = described;
  const rows = said.length;
  const least = Math.max(10, Math.ceil(rows / 100));
  const literals = literalsOf(described);
  const ofClass = Array.from({ length: classes }, (_, k) => bitSet(rows, (row) => said[row] === k));
  const rules: InducedRule[] = [];
  let remaining = bitSet(rows, () => true);
  while (rules.length < mostRules) {
    const found = surestRule(literals, ofClass, remaining, least);
    if (found === null) break;
    rules.push({ conditions: found.conditions, says: found.says });
    remaining = difference(remaining, found.covered);
  }
  const left = ofClass.map((own) => common(own, remaining));
  const counts = left.some((count) => count > 0) ? left : ofClass.map((own) => common(own, own));
  return pruned({ rules, otherwise: counts.indexOf(Math.max(...counts)) }, described);
}

/** For each row the place of the rule that decides it; the number of rules where none does. */
export function decidingRules({ rules }: RuleList, grid: Uint8Array, variables: number): Int32Array {
  return Int32Array.from({ length: grid.length / variables }, (_, row) => {
    const found = rules.findIndex(({ conditions }) =>
      conditions.every(({ variable, level }) => grid[row * variables + variable] === level),
    );
    return found === -1 ? rules.length : found;
  });
}

function literalsOf({ grid, variables, said }: Described): Candidate[] {
  const highest = grid.reduce((most, level) => Math.max(most, level), 0);
  return Array.from({ length: variables }, (_, variable) =>
    Array.from({ length: highest + 1 }, (_, level) => ({
      conditions: [{ variable, level }],
      covered: bitSet(said.length, (row) => grid[row * variables + variable] === level),
      quality: 0,
      says: 0,
    })),
  )
    .flat()
    .filter(({ covered }) => common(covered, covered) > 0);
}

function surestRule(
  literals: readonly Candidate[],
  ofClass: readonly BitSet[],
  remaining: BitSet,
  least: number,
): Candidate | null {
  const own = ofClass.map((rows) => intersection(rows, remaining));
  const best: (Candidate | null)[] = confidences.map(() => null);
  let beam: Candidate[] = [{ conditions: [], covered: remaining, quality: 0, says: 0 }];
  for (let length = 1; length <= mostConditions; length++) {
    const refined = refinements(beam, literals, own, remaining, least, best);
    beam = refined.sort((a, b) => b.quality - a.quality).slice(0, beamWidth);
  }
  return best.find((candidate) => candidate !== null) ?? null;
}

/** Every candidate with one condition more; `best` keeps, per confidence asked for, the best rule seen so far. */
function refinements(
  beam: readonly Candidate[],
  literals: readonly Candidate[],
  ofClass: readonly BitSet[],
  remaining: BitSet,
  least: number,
  best: (Candidate | null)[],
): Candidate[] {
  const rows = common(remaining, remaining);
  const base = ofClass.map((own) => common(own, own) / rows);
  const seen = new Set<string>();
  return beam.flatMap(({ conditions, covered }) =>
    literals.flatMap((literal): Candidate[] => {
      const [added] = literal.conditions;
      if (conditions.some(({ variable }) => variable === added.variable)) return [];
      const all = [...conditions, added].sort((a, b) => a.variable - b.variable);
      const key = all.map(({ variable, level }) => `${variable}=${level}`).join();
      const size = common(covered, literal.covered);
      if (size < least || seen.has(key)) return [];
      seen.add(key);
      const both = intersection(covered, literal.covered);
      const hits = ofClass.map((own) => common(both, own));
      const gains = hits.map((hit, k) => (hit - base[k] * size) / rows);
      const quality = Math.max(...gains);
      const says = hits.indexOf(Math.max(...hits));
      const candidate = { conditions: all, covered: both, quality, says };
      consider(best, { ...candidate, quality: gains[says] }, hits[says] / size);
      return [candidate];
    }),
  );
}

function consider(best: (Candidate | null)[], candidate: Candidate, confidence: number): void {
  if (candidate.quality <= leastGain) return;
  confidences.forEach((asked, k) => {
    const known = best[k];
    if (confidence >= asked && (known === null || candidate.quality > known.quality + leastGain)) best[k] = candidate;
  });
}

function pruned(list: RuleList, described: Described): RuleList {
  let kept = list;
  for (let k = list.rules.length - 1; k >= 0; k--) {
    const shorter = { ...kept, rules: kept.rules.filter((rule) => rule !== list.rules[k]) };
    if (agreements(shorter, described) >= agreements(kept, described)) kept = shorter;
  }
  return kept;
}

function agreements(list: RuleList, { grid, variables, said }: Described): number {
  const deciding = decidingRules(list, grid, variables);
  return said.reduce((sum, own, row) => sum + Number((list.rules[deciding[row]]?.says ?? list.otherwise) === own), 0);
}
