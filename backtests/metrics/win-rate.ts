import { type Metric, reasons, undefinedBecause } from '../metric.ts';
import { tradeSummary } from '../sample-statistics.ts';

export const winRate: Metric = {
  name: 'win_rate',
  title: 'Win rate',
  unit: 'fraction',
  formula: 'trades with P&L > 0 / trades',
  source: 'backtesting.py 0.6 Win Rate',
  headline: true,
  compute(sample) {
    if (sample.trades.count === 0) return undefinedBecause(reasons.noTrades);
    return tradeSummary(sample).wins / sample.trades.count;
  },
};
