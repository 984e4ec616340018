import type { Metric } from '../metric.ts';

export const totalCommission: Metric = {
  name: 'total_commission',
  title: 'Commission of closed trades',
  unit: 'money',
  formula: 'sum over trades, both sides',
  source: 'by definition',
  headline: false,
  compute(sample) {
    return sample.trades.commission.reduce((total, paid) => total + paid, 0);
  },
};
