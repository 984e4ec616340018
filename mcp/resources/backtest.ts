import { getBacktest } from '@stratlab/lab/get-backtest.ts';
import { suggestIds } from '@stratlab/lab/suggest-names.ts';
import type { Resource } from '../resource.ts';

export const backtest: Resource = {
  name: 'backtest',
  title: 'A backtest',
  description:
    'The whole answer of a backtest and what lies behind it: years, months, drawdowns, equity in few points.',
  uri: 'lab://backtests/{id}',
  mimeType: 'application/json',
  complete: { id: suggestIds('backtest') },
  read: (lab, { id }) => ({ text: JSON.stringify(getBacktest(lab, { backtest_id: id, detail: 'full' }), null, 2) }),
};
