import { LabError } from '@stratlab/data/error.ts';
import { type BacktestRow, findBacktest } from '@stratlab/knowledge/results.ts';
import type { Lab } from './lab.ts';

/** Throws `not_found`. */
export function requireBacktest({ database }: Pick<Lab, 'database'>, id: string): BacktestRow {
  const row = findBacktest(database, id);
  if (row !== undefined) return row;
  throw new LabError('not_found', `There is no backtest "${id.slice(0, 64)}".`, {
    path: 'backtest_id',
    hint: 'run_backtest answers with an id; get_experiment and get_strategy list earlier ones.',
  });
}
