import { type Metric, reasons, undefinedBecause } from '../metric.ts';
import { returnMoments } from '../sample-statistics.ts';

export const volatility: Metric = {
  name: 'volatility',
  title: 'Volatility',
  unit: 'annual fraction',
  formula: 'sd(r, n - 1) x sqrt(periods a year)',
  source: 'empyrical-reloaded annual_volatility',
  headline: true,
  compute(sample) {
    const { count, deviation } = returnMoments(sample);
    return count < 2 ? undefinedBecause(reasons.tooShort) : deviation * Math.sqrt(sample.periodsPerYear);
  },
};
