import { type Metric, reasons, undefinedBecause } from '../metric.ts';
import { average } from '../statistics/moments.ts';

export const geometricMeanTradeReturn: Metric = {
  name: 'geometric_mean_trade_return',
  title: 'Geometric mean trade return',
  unit: 'fraction',
  formula: 'product of (1 + return of a trade)^(1 / trades) - 1',
  source: 'backtesting.py 0.6 Avg. Trade',
  headline: false,
  compute(sample) {
    if (sample.trades.count === 0) return undefinedBecause(reasons.noTrades);
    const { return: returns } = sample.trades;
    if (returns.some((value) => value <= -1)) return undefinedBecause('a trade lost all it put in');
    return Math.exp(average(returns.map(Math.log1p))) - 1;
  },
};
