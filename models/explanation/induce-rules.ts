import { type BitSet, bitSet, common, difference, intersection } from './bit-set.ts';

/** Places of a division and of the level among its levels. */
export interface Condition {
  readonly division: number;
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

/** Rows to describe: their levels (rows x divisions) and the class that a model says of each. */
export interface Described {
  readonly grid: Uint16Array;
  /** Per division the variable that it divides; a rule has one condition on a variable at most. */
  readonly variables: readonly number[];
  readonly said: Int32Array;
  readonly classes: number;
}

export const mostRules = 12;
const mostConditions = 3;
const beamWidth = 20;
/** Share of a rule's rows that say its class: the surest rules first, then less sure ones. */
const confidences = [0.95, 0.8, 0.65];
const leastGain = 1e-9;
/** Of the likelihood ratio of a rule: what chance exceeds once in a thousand rules (chi-squared, one degree). */
const leastSignificance = 10.83;

interface Candidate {
  readonly conditions: readonly Condition[];
  readonly covered: BitSet;
  readonly quality: number;
  readonly says: number;
}

/**
 * A short list of rules that says what a model says, learnt rule by rule on the rows that no rule covers yet: beam search
 * over conjunctions (CN2 with its test of significance, Clark and Niblett 1989) by weighted relative accuracy (Lavrac,
 * Flach and Zupan 1999). A rule covers at least 1 % of the rows and ten of them.
 */
export function induceRules(described: Described): RuleList {
  const { said, classes } = described;
  const rows = said.length;
  const least = Math.max(10, Math.ceil(rows / 100));
  const search = { literals: literalsOf(described), variables: described.variables, least };
  const ofClass = Array.from({ length: classes }, (_, k) => bitSet(rows, (row) => said[row] === k));
  const rules: InducedRule[] = [];
  let remaining = bitSet(rows, () => true);
  while (rules.length < mostRules) {
    const found = surestRule(search, ofClass, remaining);
    if (found === null) break;
    rules.push({ conditions: found.conditions, says: found.says });
    remaining = difference(remaining, found.covered);
  }
  const left = ofClass.map((own) => common(own, remaining));
  const counts = left.some((count) => count > 0) ? left : ofClass.map((own) => common(own, own));
  return { rules, otherwise: counts.indexOf(Math.max(...counts)) };
}

/** For each row the place of the rule that decides it; the number of rules where none does. */
export function decidingRules({ rules }: RuleList, grid: Uint16Array, divisions: number): Int32Array {
  return Int32Array.from({ length: grid.length / divisions }, (_, row) => {
    const found = rules.findIndex(({ conditions }) =>
      conditions.every(({ division, level }) => grid[row * divisions + division] === level),
    );
    return found === -1 ? rules.length : found;
  });
}

function literalsOf({ grid, variables, said }: Described): Candidate[] {
  const width = variables.length;
  return variables.flatMap((_, division) => {
    const levels = new Set(Array.from(said, (_, row) => grid[row * width + division]));
    return [...levels]
      .sort((a, b) => a - b)
      .map((level) => ({
        conditions: [{ division, level }],
        covered: bitSet(said.length, (row) => grid[row * width + division] === level),
        quality: 0,
        says: 0,
      }));
  });
}

interface Search {
  readonly literals: readonly Candidate[];
  readonly variables: readonly number[];
  /** Rows that a rule covers at least. */
  readonly least: number;
}

function surestRule(search: Search, ofClass: readonly BitSet[], remaining: BitSet): Candidate | null {
  const own = ofClass.map((rows) => intersection(rows, remaining));
  const best: (Candidate | null)[] = confidences.map(() => null);
  let beam: Candidate[] = [{ conditions: [], covered: remaining, quality: 0, says: 0 }];
  for (let length = 1; length <= mostConditions; length++) {
    const refined = refinements(beam, search, own, remaining, best);
    beam = refined.sort((a, b) => b.quality - a.quality).slice(0, beamWidth);
  }
  return best.find((candidate) => candidate !== null) ?? null;
}

/** Every candidate with one condition more; `best` keeps, per confidence asked for, the best rule seen so far. */
function refinements(
  beam: readonly Candidate[],
  { literals, variables, least }: Search,
  ofClass: readonly BitSet[],
  remaining: BitSet,
  best: (Candidate | null)[],
): Candidate[] {
  const rows = common(remaining, remaining);
  const base = ofClass.map((own) => common(own, own) / rows);
  const seen = new Set<string>();
  return beam.flatMap(({ conditions, covered }) =>
    literals.flatMap((literal): Candidate[] => {
      const [added] = literal.conditions;
      const all = [...conditions, added].sort((a, b) => a.division - b.division);
      const key = all.map(({ division, level }) => `${division}=${level}`).join();
      if (seen.has(key) || conditions.some((own) => variables[own.division] === variables[added.division])) return [];
      seen.add(key);
      const size = common(covered, literal.covered);
      if (size < least) return [];
      const both = intersection(covered, literal.covered);
      const hits = ofClass.map((own) => common(both, own));
      const gains = hits.map((hit, k) => (hit - base[k] * size) / rows);
      const says = hits.indexOf(Math.max(...hits));
      const candidate = { conditions: all, covered: both, quality: gains[says], says };
      if (significance(hits[says], size, base[says]) >= leastSignificance) consider(best, candidate, hits[says] / size);
      return [{ ...candidate, quality: Math.max(...gains) }];
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

/** Likelihood ratio statistic of so many hits, where a share of `base` was to be expected. */
function significance(hits: number, size: number, base: number): number {
  const part = (count: number, expected: number) => (count > 0 ? count * Math.log(count / expected) : 0);
  return 2 * (part(hits, base * size) + part(size - hits, (1 - base) * size));
}
