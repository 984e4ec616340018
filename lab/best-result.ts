import { verdicts } from '@stratlab/backtests/evidence.ts';
import type { Database } from '@stratlab/knowledge/database.ts';
import { type BacktestRow, listBacktests } from '@stratlab/knowledge/results.ts';

const ascending: readonly string[] = verdicts;

/** Of a strategy's backtests the one with the best verdict, then the highest Sharpe ratio; null where there is none. */
export function bestResult(database: Database, strategyName: string, version?: number): BacktestRow | null {
  const rank = ({ verdict }: BacktestRow) => ascending.indexOf(verdict);
  const sharpe = (row: BacktestRow) => row.sharpe ?? Number.NEGATIVE_INFINITY;
  const better = (a: BacktestRow, b: BacktestRow) =>
    rank(b) > rank(a) || (rank(b) === rank(a) && sharpe(b) > sharpe(a)) ? b : a;
  const [first, ...rest] = listBacktests(database, { strategyName, version });
  return first === undefined ? null : rest.reduce(better, first);
}
