import { type Metric, reasons, undefinedBecause } from '../metric.ts';
import { sortedReturns } from '../sample-statistics.ts';

export const best: Metric = {
  name: 'best',
  title: 'Best return',
  unit: 'fraction',
  formula: 'highest return of a period',
  source: 'by definition',
  headline: false,
  compute(sample) {
    return sortedReturns(sample).at(-1) ?? undefinedBecause(reasons.noReturns);
  },
};
