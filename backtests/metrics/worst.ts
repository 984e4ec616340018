import { type Metric, reasons, undefinedBecause } from '../metric.ts';
import { orderedReturns } from '../sample-statistics.ts';

export const worst: Metric = {
  name: 'worst',
  title: 'Worst return',
  unit: 'fraction',
  formula: 'lowest return of a period',
  source: 'by definition',
  headline: false,
  compute(sample) {
    if (sample.returns.length === 0) return undefinedBecause(reasons.noReturns);
    return orderedReturns(sample).at(0);
  },
};
