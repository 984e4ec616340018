import { type Metric, reasons, undefinedBecause } from '../metric.ts';
import { sortedReturns } from '../sample-statistics.ts';

export const worst: Metric = {
  name: 'worst',
  title: 'Worst return',
  unit: 'fraction',
  formula: 'lowest return of a period',
  source: 'by definition',
  headline: false,
  compute(sample) {
    return sortedReturns(sample).at(0) ?? undefinedBecause(reasons.noReturns);
  },
};
