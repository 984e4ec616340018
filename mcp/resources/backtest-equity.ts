import { requireBacktest } from '@stratlab/lab/find-backtest.ts';
import { requireResult } from '@stratlab/lab/find-result.ts';
import { suggestIds } from '@stratlab/lab/suggest-names.ts';
import type { Resource } from '../resource.ts';
import { csv } from './csv.ts';

const columns = ['timestamp', 'equity', 'position', 'benchmark_equity'];

export const backtestEquity: Resource = {
  name: 'backtest_equity',
  title: 'The equity of a backtest',
  description: 'Equity, position and buy-and-hold bar by bar, as CSV; a bar is stamped at its start, UTC.',
  uri: 'lab://backtests/{id}/equity.csv',
  mimeType: 'text/csv',
  complete: { id: suggestIds('backtest') },
  read(lab, { id }) {
    const { time, equity, position, benchmarkEquity } = requireResult(lab, requireBacktest(lab, id).resultHash);
    const rows = time.map((at, bar) => [instant(at), equity[bar], position[bar], benchmarkEquity[bar]]);
    return { text: csv(columns, rows) };
  },
};

function instant(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 19)}Z`;
}
