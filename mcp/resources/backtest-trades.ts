import { getBacktestTrades, tradeColumns } from '@stratlab/lab/get-backtest-trades.ts';
import { suggestIds } from '@stratlab/lab/suggest-names.ts';
import type { Resource } from '../resource.ts';
import { csv } from './csv.ts';

export const backtestTrades: Resource = {
  name: 'backtest_trades',
  title: 'The trades of a backtest',
  description: 'Every closed trade in the order of exits, as CSV.',
  uri: 'lab://backtests/{id}/trades.csv',
  mimeType: 'text/csv',
  complete: { id: suggestIds('backtest') },
  read: (lab, { id }) => ({ text: csv(tradeColumns, getBacktestTrades(lab, { backtest_id: id })) }),
};
