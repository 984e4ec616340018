import { type Metric, reasons, undefinedBecause } from '../metric.ts';
import { returnMoments } from '../sample-statistics.ts';
import { normalQuantile } from '../statistics/normal.ts';

export const varGaussian99: Metric = {
  name: 'var_gaussian_99',
  title: 'Value at risk of a normal distribution, 99 %',
  unit: 'fraction',
  formula: 'mean(r) + Phi^-1(0.01) sd(r, n - 1), per period',
  source: 'J. P. Morgan (1996), RiskMetrics technical document',
  headline: false,
  compute(sample) {
    const { count, mean, deviation } = returnMoments(sample);
    if (count < 2) return undefinedBecause(reasons.tooShort);
    return mean + normalQuantile(0.01) * deviation;
  },
};
