import type { Route } from './ensemble.ts';
import type { Fold, Rows } from './split.ts';
import { combinations } from './splits/combinations.ts';
import { rowGroups } from './splits/combinatorial.ts';
import type { Validation } from './splits/schema.ts';

/**
 * Which folds answer at which time: those that were tested there. Behind the last tested row the newest fold answers
 * (holdout, walk_forward), or all together (purged_kfold, cpcv), none of which has learnt from what comes then.
 * `time` has the instant of each row of the sample.
 */
export function routesOf(method: Validation, sample: Rows, folds: readonly Fold[], time: Float64Array): Route[] {
  switch (method.method) {
    case 'holdout':
      return [{ start: time[folds[0].test[0]], folds: [0] }];
    case 'walk_forward':
      return folds.map(({ test }, fold) => ({ start: time[test[0]], folds: [fold] }));
    case 'purged_kfold':
      return groupRoutes(sample, method.folds, 1, time);
    case 'cpcv':
      return groupRoutes(sample, method.groups, method.test_groups, time);
  }
}

function groupRoutes(sample: Rows, groups: number, testGroups: number, time: Float64Array): Route[] {
  const splits = combinations(groups, testGroups);
  const tested = rowGroups(sample, groups).map((rows, group) => ({
    start: time[rows[0]],
    folds: splits.flatMap((chosen, split) => (chosen.includes(group) ? [split] : [])),
  }));
  const behind = time[sample.rows[sample.rows.length - 1]] + 1;
  return [...tested, { start: behind, folds: splits.map((_, split) => split) }];
}

/** Whether a tested row is answered by networks that have learnt from earlier rows only. */
export function isForward({ method }: Pick<Validation, 'method'>): boolean {
  return method === 'holdout' || method === 'walk_forward';
}
