import { LabError } from '@stratlab/data/error.ts';
import { findVersion, type StrategyVersion } from '@stratlab/knowledge/strategies.ts';
import { namePattern } from '@stratlab/strategies/document.ts';
import { fingerprint } from '@stratlab/strategies/fingerprint.ts';
import { createStrategy } from './create-strategy.ts';
import { requireVersion } from './find-strategy.ts';
import { oneOf } from './given-document.ts';
import type { Lab } from './lab.ts';
import { type Child, type GivenMutation, mutateStrategy } from './mutate-strategy.ts';
import { requireStrategy } from './strategy-language.ts';
import type { TestFailure } from './test-order.ts';

/** What is to be tested: stored strategies, documents, or children of a strategy. */
export interface GivenCandidates {
  names?: readonly string[] | undefined;
  configs?: readonly Record<string, unknown>[] | undefined;
  parent?: string | undefined;
  mutations?: readonly GivenMutation[] | undefined;
  experiment_id?: string | undefined;
}

export interface Candidates {
  strategies: StrategyVersion[];
  /** Those that cannot be tested, with all their problems. */
  failures: TestFailure[];
}

/** The strategies to test, stored where they were not; each once. Throws where it is not said which are meant. */
export function candidatesOf(lab: Lab, given: GivenCandidates): Candidates {
  const { names, configs, parent, mutations } = given;
  if (parent === undefined) oneOf({ names, configs, mutations });
  else oneOf({ names, configs, parent });
  if ((parent === undefined) !== (mutations === undefined)) {
    throw new LabError('invalid_input', 'parent and mutations belong together.', {
      path: parent === undefined ? 'parent' : 'mutations',
    });
  }
  if (parent !== undefined) return ofChildren(lab, parent, given);
  const found = [
    ...(names ?? []).map((name) => attempt(name, () => requireVersion(lab, name))),
    ...(configs ?? []).map((config, place) => stored(lab, config, place, given.experiment_id)),
  ];
  return gathered(found);
}

type Found = StrategyVersion | TestFailure;

function gathered(found: readonly Found[]): Candidates {
  const strategies = new Map<string, StrategyVersion>();
  const failures: TestFailure[] = [];
  for (const each of found) {
    if ('code' in each) failures.push(each);
    else strategies.set(`${each.name} v${each.version}`, each);
  }
  return { strategies: [...strategies.values()], failures };
}

/** A strategy, or what it failed with; a fault that is not the caller's is thrown. */
function attempt(name: string, find: () => StrategyVersion): Found {
  try {
    return find();
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    return failed(name, error);
  }
}

export function failed(
  name: string,
  { code, message, hint, problems }: Pick<LabError, 'code' | 'message' | 'hint' | 'problems'>,
  of: Partial<TestFailure> = {},
): TestFailure {
  return {
    ...{ name, version: null, symbol: null, seed: null, code, message },
    ...(hint !== undefined && { hint }),
    ...(problems !== undefined && { problems }),
    ...of,
  };
}

/** Under the name in the document; one without a name is called after what it does. */
function stored(lab: Lab, config: Record<string, unknown>, place: number, experimentId: string | undefined): Found {
  const { name: given } = config;
  const label = typeof given === 'string' ? given.slice(0, 64) : `configs.${place}`;
  return attempt(label, () => {
    const { strategy } = requireStrategy(config);
    const named = typeof given === 'string' && namePattern.test(given);
    const name = named ? given : `variant_${fingerprint(strategy).slice(0, 8)}`;
    const { version } = createStrategy(lab, { name, config, experiment_id: experimentId });
    return requireVersion(lab, name, version);
  });
}

function ofChildren(lab: Lab, parent: string, { mutations, experiment_id }: GivenCandidates): Candidates {
  const { children } = mutateStrategy(lab, { name: parent, mutations, experiment_id });
  return gathered(children.map((child, place) => childFound(lab, child, `${parent} with mutations.${place}`)));
}

/** A child that decides as an earlier strategy does is tested as that one. */
function childFound(lab: Lab, { name, version, duplicate_of: twin, errors = [] }: Child, label: string): Found {
  const known = name === null || version === null ? twin : { name, version };
  const found = known && findVersion(lab.database, known.name, known.version);
  if (found !== undefined) return found;
  const message = errors.map((error) => `${error.path}: ${error.message}`).at(0) ?? 'It could not be made.';
  return failed(label, { code: 'invalid_strategy', message, hint: errors.at(0)?.hint, problems: errors });
}
