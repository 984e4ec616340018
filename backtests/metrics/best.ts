import { type Metric, reasons, undefinedBecause } from '../metric.ts';
import { orderedReturns } from '../sample-statistics.ts';

export const best: Metric = {
  name: 'best',
  title: 'Best return',
  unit: 'fraction',
  formula: 'highest return of a period',
  source: 'by definition',
  headline: false,
  compute(sample) {
    if (sample.returns.length === 0) return undefinedBecause(reasons.noReturns);
    return orderedReturns(sample).at(sample.returns.length - 1);
  },
};
