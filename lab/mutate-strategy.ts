import { LabError, type Problem } from '@stratlab/data/error.ts';
import { seededRandom } from '@stratlab/data/random.ts';
import { type StrategyVersion, strategyNames, withFingerprint } from '@stratlab/knowledge/strategies.ts';
import { changeAt, type Nameable, type PathChange } from '@stratlab/strategies/document-path.ts';
import { fingerprint } from '@stratlab/strategies/fingerprint.ts';
import { type Mapping, mappingOr } from '@stratlab/strategies/mapping.ts';
import type { Mutation } from '@stratlab/strategies/mutation.ts';
import { mutationNames, requireMutation } from '@stratlab/strategies/mutations/index.ts';
import { upgradeDocument } from '@stratlab/strategies/upgrade.ts';
import { checkMapping } from '@stratlab/strategies/yaml.ts';
import { createStrategy } from './create-strategy.ts';
import { requireOpenExperiment } from './find-experiment.ts';
import { requireVersion } from './find-strategy.ts';
import { oneOf } from './given-document.ts';
import type { Lab } from './lab.ts';
import { readLabStrategy, requireStrategy, strategyJsonSchema } from './strategy-language.ts';

export { mutationNames } from '@stratlab/strategies/mutations/index.ts';

/** One child: a change at a path, or several at once. */
export interface GivenMutation {
  path?: string | undefined;
  value?: unknown;
  /** Value by path. */
  changes?: Mapping | undefined;
}

export interface MutateStrategy {
  name: string;
  version?: number | undefined;
  mutations?: readonly GivenMutation[] | undefined;
  operators?: readonly string[] | undefined;
  seed?: number | undefined;
  count?: number | undefined;
  experiment_id?: string | undefined;
}

export interface Child {
  /** Null where nothing was stored. */
  name: string | null;
  version: number | null;
  status: 'created' | 'duplicate' | 'invalid';
  /** In words. */
  changes: string[];
  fingerprint: string | null;
  /** The strategy that decides the same way already. */
  duplicate_of?: { name: string; version: number };
  errors?: Problem[];
}

export interface Mutated {
  parent: { name: string; version: number };
  children: Child[];
}

export const mostChildren = 50;
const usualCount = 5;

/** A document that a strategy is to become, or why it cannot. */
type Draft = { document: Mapping; changes: string[] } | { problems: Problem[]; changes: string[] };

/**
 * Makes children of a strategy: one per given mutation, or `count` by operators that a seed draws. Each is a strategy of
 * its own, `<name>_m1` and on, with its parent and what changed; one that decides as an earlier strategy does is named
 * and not stored again. Throws where no path that was given exists.
 */
export function mutateStrategy(lab: Lab, input: MutateStrategy): Mutated {
  const { mutations, operators, seed, count } = input;
  oneOf({ mutations, operators });
  if (operators === undefined) refuseWith('mutations', { seed, count });
  const stored = requireVersion(lab, input.name, input.version);
  requireOpenExperiment(lab, input.experiment_id);
  const { strategy } = requireStrategy(stored.document);
  const { document } = upgradeDocument(stored.document);
  const nameable = { document, spelled: mappingOr(strategy.document), schema: strategyJsonSchema };
  const drafts =
    mutations === undefined ? drawn(document, operators ?? [], seed, count ?? usualCount) : given(nameable, mutations);
  return {
    parent: { name: stored.name, version: stored.version },
    children: drafts.map((draft) => childOf(lab, stored, draft, input.experiment_id)),
  };
}

function refuseWith(name: string, others: Readonly<Record<string, unknown>>): void {
  const path = Object.keys(others).find((key) => others[key] !== undefined);
  if (path === undefined) return;
  throw new LabError('invalid_input', `${path} belongs to operators; ${name} make one child each.`, { path });
}

/** Throws `invalid_input` where there are none or too many of them, or where not one names paths that exist. */
function given(nameable: Nameable, mutations: readonly GivenMutation[]): Draft[] {
  bounded('mutations', mutations.length);
  const drafts = mutations.map((mutation, place) => draftOf(nameable, changesOf(mutation, place)));
  const [first] = drafts;
  if (!drafts.every((draft) => 'problems' in draft) || !('problems' in first)) return drafts;
  const [{ message, ...more }] = first.problems;
  throw new LabError('invalid_input', message, { ...more, path: 'mutations.0.path', problems: first.problems });
}

function bounded(path: string, wanted: number): void {
  if (wanted > 0 && wanted <= mostChildren) return;
  const code = wanted === 0 ? 'invalid_input' : 'limit_exceeded';
  throw new LabError(code, `1 to ${mostChildren} children are made at once, not ${wanted}.`, { path });
}

function changesOf({ path, value, changes }: GivenMutation, place: number): readonly PathChange[] {
  if (path !== undefined && changes === undefined && value !== undefined) return [{ path, value }];
  const several = Object.entries(changes ?? {}).map(([at, then]) => ({ path: at, value: then }));
  if (path === undefined && value === undefined && several.length > 0) return several;
  throw new LabError('invalid_input', 'A mutation is {path, value}, or {changes: {path: value, …}} for one child.', {
    path: `mutations.${place}`,
  });
}

function draftOf(nameable: Nameable, changes: readonly PathChange[]): Draft {
  const problems: Problem[] = [];
  const words: string[] = [];
  let { document } = nameable;
  for (const change of changes) {
    const changed = changeAt({ ...nameable, document }, change);
    if ('problem' in changed) problems.push(changed.problem);
    else {
      document = changed.document;
      words.push(changed.words);
    }
  }
  return problems.length > 0 ? { problems, changes: words } : { document, changes: words };
}

/** Child k is drawn from a stream of its own, so that more children leave the first ones as they are. */
function drawn(document: Mapping, operators: readonly string[], seed: number | undefined, count: number): Draft[] {
  bounded('count', count);
  if (seed === undefined) {
    throw new LabError('invalid_input', 'Operators draw at random: give a seed.', {
      path: 'seed',
      hint: 'seed: 1; the same seed makes the same children.',
    });
  }
  const known = operators.map((name, place) => requireMutation(name, `operators.${place}`));
  if (known.length === 0) {
    const hint = `Known: ${mutationNames.join(', ')}.`;
    throw new LabError('invalid_input', 'No operator was named.', { path: 'operators', hint });
  }
  return Array.from({ length: count }, (_, k) => drawnChild(document, known, seed, k));
}

/** By the operators in turn; by the next one where one finds nothing to change. */
function drawnChild(document: Mapping, operators: readonly Mutation[], seed: number, k: number): Draft {
  const random = seededRandom(Math.imul(seed, 0x9e3779b1) + k);
  for (let turn = 0; turn < operators.length; turn++) {
    const made = operators[(k + turn) % operators.length].mutate(document, random);
    if (made !== null) return made;
  }
  const names = [...new Set(operators.map(({ name }) => name))].join(', ');
  return { problems: [{ path: '', message: `${names} found nothing to change.` }], changes: [] };
}

function childOf(lab: Lab, parent: StrategyVersion, draft: Draft, experimentId: string | undefined): Child {
  const { changes } = draft;
  const none = { name: null, version: null, fingerprint: null, changes };
  if ('problems' in draft) return { ...none, status: 'invalid', errors: draft.problems };
  const read = readLabStrategy(checkMapping(draft.document));
  if ('problems' in read) return { ...none, status: 'invalid', errors: read.problems };
  const mark = fingerprint(read.strategy);
  const [twin] = withFingerprint(lab.database, mark);
  if (twin !== undefined) {
    const { name, version } = twin;
    return { ...none, status: 'duplicate', fingerprint: mark, duplicate_of: { name, version } };
  }
  const name = childName(parent.name, new Set(strategyNames(lab.database)));
  const origin = { name: parent.name, version: parent.version, reason: changes.join('; ') };
  const { version } = createStrategy(lab, { name, config: draft.document, origin, experiment_id: experimentId });
  return { name, version, status: 'created', changes, fingerprint: mark };
}

const longestName = 64;

/** `<parent>_m1`, or the first number that is free. */
function childName(parent: string, taken: ReadonlySet<string>): string {
  for (let number = 1; ; number++) {
    const ending = `_m${number}`;
    const name = `${parent.slice(0, longestName - ending.length)}${ending}`;
    if (!taken.has(name)) return name;
  }
}
