import { type Fold, holdoutSplit, type Rows } from '../split.ts';
import { choose } from './combinations.ts';
import { combinatorialFolds } from './combinatorial.ts';
import type { Validation } from './schema.ts';
import { walkForwardFolds } from './walk-forward.ts';

/** How many folds, each a training, a method makes. */
export function foldCount(method: Validation): number {
  if (method.method === 'holdout') return 1;
  return method.method === 'cpcv' ? choose(method.groups, method.test_groups) : method.folds;
}

/**
 * The folds of a validation method, in the order in which they are trained: one for `holdout`, else one per test block
 * (`walk_forward`, `purged_kfold`) or per choice of test groups (`cpcv`).
 * Throws `insufficient_data` where a part of a fold ends up empty.
 */
export function folds(method: Validation, sample: Rows): Fold[] {
  switch (method.method) {
    case 'holdout':
      return [holdoutSplit(sample.ends, sample.rows, method, sample.time)];
    case 'walk_forward':
      return walkForwardFolds(sample, method);
    case 'purged_kfold': {
      const { folds: groups, embargo_bars: embargoBars, validation } = method;
      return combinatorialFolds(sample, { groups, testGroups: 1, embargoBars, validation }, method.method);
    }
    case 'cpcv': {
      const { groups, test_groups: testGroups, embargo_bars: embargoBars, validation } = method;
      return combinatorialFolds(sample, { groups, testGroups, embargoBars, validation }, method.method);
    }
  }
}
