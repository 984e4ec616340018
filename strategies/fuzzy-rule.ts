import { LabError, nearest } from '@stratlab/data/error.ts';
import type { FormulaProblem } from './formula/node.ts';

/** The words of a fuzzy rule's `if`: terms joined by `and`, `or`, `not` and parentheses. */
export type FuzzyCondition =
  | { readonly kind: 'term'; readonly fuzzySet: string; readonly set: string; readonly column: number }
  | { readonly kind: 'not'; readonly operand: FuzzyCondition }
  | { readonly kind: 'and' | 'or'; readonly left: FuzzyCondition; readonly right: FuzzyCondition };

export type FuzzyTerm = FuzzyCondition & { kind: 'term' };

const maxLength = 4096;
const maxDepth = 64;
const maxWords = 512;
const keywords: ReadonlySet<string> = new Set(['is', 'and', 'or', 'not']);
const example = 'rsi_zone is oversold and not adx_zone is strong';

/** Reads `rsi_zone is oversold and adx_zone is not weak`; `not` binds tightest, then `and`, then `or`. Never throws. */
export function parseFuzzyRule(text: string): { condition: FuzzyCondition } | { problems: FormulaProblem[] } {
  if (text.length > maxLength) {
    const message = `The words of a rule have at most ${maxLength} characters, these have ${text.length}.`;
    return { problems: [{ message, column: 1 }] };
  }
  try {
    return { condition: new Words(text).condition() };
  } catch (error) {
    if (error instanceof Fault) return { problems: [error.problem] };
    throw error;
  }
}

/** As `parseFuzzyRule`, for words that were validated before. Throws `invalid_strategy` where they were not. */
export function readFuzzyRule(text: string): FuzzyCondition {
  const parsed = parseFuzzyRule(text);
  if ('condition' in parsed) return parsed.condition;
  const [{ message, hint, column }] = parsed.problems;
  throw new LabError(
    'invalid_strategy',
    `Fuzzy rule, column ${column}: ${message}`,
    hint === undefined ? {} : { hint },
  );
}

/** Every term of a condition, from left to right. */
export function fuzzyTerms(condition: FuzzyCondition): FuzzyTerm[] {
  switch (condition.kind) {
    case 'term':
      return [condition];
    case 'not':
      return fuzzyTerms(condition.operand);
    default:
      return [...fuzzyTerms(condition.left), ...fuzzyTerms(condition.right)];
  }
}

/** Names that are not declared. `declared`: the sets of each fuzzy-set id. */
export function checkFuzzyRule(
  condition: FuzzyCondition,
  declared: Readonly<Record<string, readonly string[]>>,
): FormulaProblem[] {
  return fuzzyTerms(condition).flatMap(({ fuzzySet, set, column }) => {
    if (!Object.hasOwn(declared, fuzzySet)) {
      return [problem(`"${fuzzySet}" is not a fuzzy set`, fuzzySet, Object.keys(declared), column)];
    }
    const sets = declared[fuzzySet];
    return sets.includes(set) ? [] : [problem(`"${fuzzySet}" has no set "${set}"`, set, sets, column)];
  });
}

/** One spelling for fingerprints; reads back as the same condition. */
export function canonicalFuzzyRule(condition: FuzzyCondition): string {
  switch (condition.kind) {
    case 'term':
      return `${condition.fuzzySet} is ${condition.set}`;
    case 'not':
      return `not ${within(condition.operand, 3)}`;
    default: {
      const level = levelOf(condition);
      return `${within(condition.left, level)} ${condition.kind} ${within(condition.right, level + 1)}`;
    }
  }
}

/**
 * Degree in [0, 1] to which the condition holds on each bar: `and` is the product, `or` the probabilistic sum
 * a + b - ab, `not` 1 - a (Jang 1993; Takagi and Sugeno 1985). NaN where a membership is.
 */
export function firingStrength(
  condition: FuzzyCondition,
  membership: (fuzzySet: string, set: string) => Float64Array,
): Float64Array {
  switch (condition.kind) {
    case 'term':
      return membership(condition.fuzzySet, condition.set);
    case 'not':
      return firingStrength(condition.operand, membership).map((a) => 1 - a);
    default: {
      const left = firingStrength(condition.left, membership);
      const right = firingStrength(condition.right, membership);
      return condition.kind === 'and' ? left.map((a, i) => a * right[i]) : left.map((a, i) => a + right[i] * (1 - a));
    }
  }
}

/** A rule ready to vote: how strongly it fires on each bar, for which output, with which weight >= 0. */
export interface FiringRule {
  readonly strength: Float64Array;
  readonly then: number;
  readonly weight: number;
}

/**
 * Takagi-Sugeno output of constant consequents: sum(weight strength then) / sum(weight strength) on each of `rows`
 * bars, between the extremes of `then`. 0 where no rule fires, NaN where a strength is not known.
 */
export function fuzzySignal(rules: readonly FiringRule[], rows: number): Float64Array {
  const low = Math.min(...rules.map(({ then }) => then));
  const high = Math.max(...rules.map(({ then }) => then));
  const signal = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    let fired = 0;
    let voted = 0;
    for (const { strength, then, weight } of rules) {
      fired += weight * strength[i];
      voted += weight * strength[i] * then;
    }
    signal[i] = fired === 0 ? 0 : Math.min(high, Math.max(low, voted / fired));
  }
  return signal;
}

class Fault extends Error {
  readonly problem: FormulaProblem;
  constructor(problem: FormulaProblem) {
    super(problem.message);
    this.problem = problem;
  }
}

interface Word {
  readonly text: string;
  readonly column: number;
}

/** Recursive descent over the words. */
class Words {
  readonly #words: readonly Word[];
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#words = split(text);
  }

  condition(): FuzzyCondition {
    const condition = this.#disjunction();
    if (this.#word.text !== '') throw this.#unexpected('"and" or "or"');
    return condition;
  }

  #disjunction(): FuzzyCondition {
    let left = this.#conjunction();
    while (this.#take('or')) left = { kind: 'or', left, right: this.#conjunction() };
    return left;
  }

  #conjunction(): FuzzyCondition {
    let left = this.#factor();
    while (this.#take('and')) left = { kind: 'and', left, right: this.#factor() };
    return left;
  }

  #factor(): FuzzyCondition {
    if (++this.#depth > maxDepth) {
      throw new Fault({ message: `A rule nests at most ${maxDepth} levels deep.`, column: this.#word.column });
    }
    const factor = this.#negated();
    this.#depth--;
    return factor;
  }

  #negated(): FuzzyCondition {
    if (this.#take('not')) return { kind: 'not', operand: this.#factor() };
    if (!this.#take('(')) return this.#term();
    const inside = this.#disjunction();
    if (!this.#take(')')) throw this.#unexpected('")"');
    return inside;
  }

  #term(): FuzzyCondition {
    const { column } = this.#word;
    const fuzzySet = this.#name('the name of a fuzzy set');
    if (!this.#take('is')) throw this.#unexpected('"is"');
    const negated = this.#take('not');
    const term: FuzzyCondition = { kind: 'term', fuzzySet, set: this.#name('the name of a set'), column };
    return negated ? { kind: 'not', operand: term } : term;
  }

  get #word(): Word {
    return this.#words[this.#at];
  }

  #take(text: string): boolean {
    const taken = this.#word.text === text;
    if (taken) this.#at++;
    return taken;
  }

  #name(what: string): string {
    const { text } = this.#word;
    if (text === '' || text === '(' || text === ')' || keywords.has(text)) throw this.#unexpected(what);
    this.#at++;
    return text;
  }

  #unexpected(wanted: string): Fault {
    const { text, column } = this.#word;
    const found = text === '' ? 'the rule ends' : `"${text.slice(0, 64)}" was found`;
    return new Fault({ message: `Expected ${wanted}, but ${found}.`, hint: `Write: ${example}.`, column });
  }
}

/** The words, closed by an empty one. */
function split(text: string): Word[] {
  const words: Word[] = [];
  const token = /[ \t\r\n]*(?:([A-Za-z_][A-Za-z0-9_-]*|[()])|(.))?/sy;
  for (;;) {
    const [, word, stranger] = token.exec(text) ?? [];
    const column = token.lastIndex - (word ?? stranger ?? '').length + 1;
    if (stranger !== undefined) {
      throw new Fault({
        message: `${JSON.stringify(stranger)} is not part of a fuzzy rule.`,
        hint: `Write: ${example}.`,
        column,
      });
    }
    words.push({ text: word ?? '', column });
    if (word === undefined) return words;
    if (words.length > maxWords) throw new Fault({ message: `A rule has at most ${maxWords} words.`, column });
  }
}

function within(condition: FuzzyCondition, level: number): string {
  const text = canonicalFuzzyRule(condition);
  return levelOf(condition) < level ? `(${text})` : text;
}

function levelOf({ kind }: FuzzyCondition): number {
  return kind === 'or' ? 1 : kind === 'and' ? 2 : 3;
}

function problem(message: string, name: string, known: readonly string[], column: number): FormulaProblem {
  const guess = name.length <= 64 ? nearest(name, known) : undefined;
  const hint = guess === undefined ? `Known: ${known.join(', ')}.` : `Did you mean "${guess}"?`;
  return { message: `${message}.`, hint, column };
}
