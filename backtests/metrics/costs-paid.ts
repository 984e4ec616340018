import type { Metric } from '../metric.ts';

export const costsPaid: Metric = {
  name: 'costs_paid',
  title: 'Costs paid',
  unit: 'money',
  formula:
    'commission + price paid away to slippage and spread + borrowing beyond the interest earned, open position included',
  source: 'by definition',
  headline: true,
  compute(sample) {
    return sample.costsPaid;
  },
};
