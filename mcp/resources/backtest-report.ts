import { suggestIds } from '@stratlab/lab/suggest-names.ts';
import type { Resource } from '../resource.ts';

export const backtestReport: Resource = {
  name: 'backtest_report',
  title: 'The report of a backtest',
  description:
    'One HTML page for people: verdict, figures beside buy-and-hold and baselines, equity, drawdowns, trades, costs, bars.',
  uri: 'lab://backtests/{id}/report.html',
  mimeType: 'text/html',
  complete: { id: suggestIds('backtest') },
  async read(lab, { id }) {
    const { backtestPage } = await import('@stratlab/lab/backtest-page.ts');
    return { text: backtestPage(lab, { backtest_id: id }) };
  },
};
