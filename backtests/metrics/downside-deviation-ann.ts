import { type Metric, reasons, undefinedBecause } from '../metric.ts';
import { downsideDeviation } from '../sample-statistics.ts';

export const downsideDeviationAnn: Metric = {
  name: 'downside_deviation_ann',
  title: 'Downside deviation',
  unit: 'annual fraction',
  formula: 'sqrt(mean(min(r - cash, 0)^2)) x sqrt(periods a year), the mean over all periods',
  source: 'empyrical-reloaded downside_risk',
  headline: false,
  compute(sample) {
    if (sample.returns.length === 0) return undefinedBecause(reasons.noReturns);
    return downsideDeviation(sample) * Math.sqrt(sample.periodsPerYear);
  },
};
