import type { Metric } from '../metric.ts';

export const trades: Metric = {
  name: 'trades',
  title: 'Trades',
  unit: 'count',
  formula: 'closed trades, partial exits each',
  source: 'by definition',
  headline: true,
  compute(sample) {
    return sample.trades.count;
  },
};
