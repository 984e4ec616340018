import type { Problem } from '@stratlab/data/error.ts';
import type { Mapping } from './mapping.ts';
import type { Decider } from './strategy-parts.ts';

const bases = ['model', 'rules', 'fuzzy_rules'] as const;

export function isGiven(document: Mapping, key: string): boolean {
  return document[key] !== undefined && document[key] !== null;
}

/** Whether formulas may read a `signal`. */
export function hasSignal(document: Mapping): boolean {
  return isGiven(document, 'model') || isGiven(document, 'fuzzy_rules');
}

/** The block that decides; `rules` where none is given, or too many. */
export function deciderOf(document: Mapping): Decider {
  const base = bases.find((key) => isGiven(document, key));
  if (base !== undefined) return base;
  return isGiven(document, 'target') ? 'target' : isGiven(document, 'portfolio') ? 'portfolio' : 'rules';
}

/** A pair of blocks that cannot stand together, or one that needs another: where that is told, and why. */
interface Rule {
  readonly path: string;
  readonly broken: (given: (key: string) => boolean) => boolean;
  readonly message: string;
  readonly hint: string;
}

const rules: readonly Rule[] = [
  {
    path: 'composition',
    broken: (given) => given('composition') && !given('model'),
    message: 'composition divides a model by regimes, and none is given.',
    hint: 'Write model: {type: mlp}, the network that each regime has of its own.',
  },
  {
    path: 'target',
    broken: (given) => given('target') && given('rules'),
    message: 'target sizes a signal, and rules give none.',
    hint: 'Leave rules out, or let fuzzy_rules or a model decide; rules are sized by execution.sizing.',
  },
  {
    path: 'target',
    broken: (given) => given('target') && given('portfolio'),
    message: 'target and portfolio both say what is held.',
    hint: 'Keep one: target weighs each symbol by itself, portfolio by its rank.',
  },
  {
    path: 'portfolio',
    broken: (given) => given('portfolio') && !given('universe'),
    message: 'portfolio ranks the symbols of a universe, and none is given.',
    hint: 'Write universe: {symbols: [SPY, IWM]}.',
  },
  {
    path: 'portfolio',
    broken: (given) => given('portfolio') && given('rules'),
    message: 'portfolio holds by rank, and rules decide otherwise.',
    hint: 'Leave rules out; conditions for being ranked stand in decisions.filters.when.',
  },
  {
    path: 'universe',
    broken: (given) => given('universe') && !given('portfolio') && !given('target'),
    message: 'Nothing says how the symbols of the universe share the capital.',
    hint: 'Write portfolio: {rank: "roc(60)", long_top: 0.2} or target: {position: "0.1"}.',
  },
  {
    path: 'legs',
    broken: (given) => given('legs') && given('universe'),
    message: 'legs are one position, and a universe is many.',
    hint: 'Keep one of them.',
  },
  {
    path: 'legs',
    broken: (given) => given('legs') && given('portfolio') && !given('universe'),
    message: 'legs are one position, and a portfolio ranks many.',
    hint: 'Keep one of them.',
  },
];

/** Which blocks of a document do not go together; one decides, and only one. */
export function combinationProblems(document: Mapping): Problem[] {
  const given = (key: string) => isGiven(document, key);
  const broken = rules.filter((rule) => rule.broken(given));
  return [...deciderProblems(document), ...broken.map(({ path, message, hint }) => ({ path, message, hint }))];
}

function deciderProblems(document: Mapping): Problem[] {
  const given = bases.filter((key) => isGiven(document, key));
  const hint = 'get_strategy_schema shows one example of each.';
  if (given.length > 1) {
    const message = `A strategy has exactly one of ${bases.join(', ')}; this one has ${given.join(' and ')}.`;
    return [{ path: given.at(-1) ?? '', message, hint }];
  }
  if (given.length === 1 || isGiven(document, 'target') || isGiven(document, 'portfolio')) return [];
  const message = `A strategy has exactly one of ${bases.join(', ')}, target, portfolio to decide by; this one has none.`;
  return [{ path: '', message, hint }];
}
