import { type Metric, undefinedBecause } from '../metric.ts';

export const costShare: Metric = {
  name: 'cost_share',
  title: 'Cost share',
  unit: 'fraction',
  formula: 'costs paid / (final equity - initial capital + costs paid): the part of the gross profit that costs took',
  source: 'by definition',
  headline: false,
  compute({ equity, initialCapital, costsPaid }) {
    const gross = (equity.at(-1) ?? initialCapital) - initialCapital + costsPaid;
    if (Number.isNaN(gross)) return Number.NaN;
    return gross > 1e-12 * initialCapital ? costsPaid / gross : undefinedBecause('there was no gross profit');
  },
};
