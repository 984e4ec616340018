import { type Metric, reasons, undefinedBecause } from '../metric.ts';

export const pctPositive: Metric = {
  name: 'pct_positive',
  title: 'Positive periods',
  unit: 'fraction',
  formula: 'periods with r > 0 / periods',
  source: 'by definition',
  headline: false,
  compute(sample) {
    if (sample.returns.length === 0) return undefinedBecause(reasons.noReturns);
    return sample.returns.filter((value) => value > 0).length / sample.returns.length;
  },
};
