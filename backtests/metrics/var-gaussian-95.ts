import { type Metric, reasons, undefinedBecause } from '../metric.ts';
import { returnMoments } from '../sample-statistics.ts';
import { normalQuantile } from '../statistics/normal.ts';

export const varGaussian95: Metric = {
  name: 'var_gaussian_95',
  title: 'Value at risk of a normal distribution, 95 %',
  unit: 'fraction',
  formula: 'mean(r) + Phi^-1(0.05) sd(r, n - 1), per period',
  source: 'J. P. Morgan (1996), RiskMetrics technical document',
  headline: false,
  compute(sample) {
    const { count, mean, deviation } = returnMoments(sample);
    if (count < 2) return undefinedBecause(reasons.tooShort);
    return mean + normalQuantile(0.05) * deviation;
  },
};
