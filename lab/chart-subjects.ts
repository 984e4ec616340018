import type { ChartKind } from '@stratlab/reports/charts/index.ts';

/** What each kind of chart is drawn of. */
export const chartSubjects: Record<ChartKind, string> = {
  equity: 'a backtest_id',
  drawdown: 'a backtest_id',
  trades: 'a backtest_id',
  returns: 'a backtest_id',
  loss: 'a model_id',
  reliability: 'a model_id',
  fuzzy_sets: 'a strategy name, or a model_id for sets fitted in training',
  market: 'a symbol and timeframe, SPX:1d',
};
