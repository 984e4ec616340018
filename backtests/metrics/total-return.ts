import { type Metric, reasons, undefinedBecause } from '../metric.ts';
import { growthOf } from '../sample-statistics.ts';

export const totalReturn: Metric = {
  name: 'total_return',
  title: 'Total return',
  unit: 'fraction',
  formula: 'final equity / initial capital - 1',
  source: 'by definition',
  headline: true,
  compute(sample) {
    return sample.equity.length === 0 ? undefinedBecause(reasons.noReturns) : growthOf(sample) - 1;
  },
};
