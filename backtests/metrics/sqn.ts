import { type Metric, undefinedBecause } from '../metric.ts';
import { moments } from '../statistics/moments.ts';

export const sqn: Metric = {
  name: 'sqn',
  title: 'System quality number',
  unit: 'ratio',
  formula: 'sqrt(trades) x mean(P&L) / sd(P&L, n - 1)',
  source: 'V. K. Tharp (2008), Definitive guide to position sizing; backtesting.py 0.6 SQN',
  headline: true,
  compute(sample) {
    if (sample.trades.count < 2) return undefinedBecause('fewer than two closed trades');
    const { count, mean, deviation } = moments(sample.trades.pnl);
    return deviation === 0 ? undefinedBecause('the trades do not differ') : (Math.sqrt(count) * mean) / deviation;
  },
};
