import type { Metric } from '../metric.ts';

export const totalCommission: Metric = {
  name: 'total_commission',
  title: 'Commission of closed trades',
  unit: 'money',
  formula: 'sum over trades, both sides',
  source: 'by definition',
  headline: false,
  compute(sample) {
    return sample.trades.reduce((total, { commission }) => total + commission, 0);
  },
};
