import { type Metric, reasons, undefinedBecause } from '../metric.ts';
import { returnMoments } from '../sample-statistics.ts';

export const annReturnArithmetic: Metric = {
  name: 'ann_return_arithmetic',
  title: 'Arithmetic annual return',
  unit: 'annual fraction',
  formula: 'mean(r) x periods a year',
  source: 'by definition',
  headline: false,
  compute(sample) {
    if (sample.returns.length === 0) return undefinedBecause(reasons.noReturns);
    return returnMoments(sample).mean * sample.periodsPerYear;
  },
};
