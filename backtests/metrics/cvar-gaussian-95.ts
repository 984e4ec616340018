import { type Metric, reasons, undefinedBecause } from '../metric.ts';
import { returnMoments } from '../sample-statistics.ts';
import { normalDensity, normalQuantile } from '../statistics/normal.ts';

export const cvarGaussian95: Metric = {
  name: 'cvar_gaussian_95',
  title: 'Expected shortfall of a normal distribution, 95 %',
  unit: 'fraction',
  formula: 'mean(r) - sd(r, n - 1) phi(Phi^-1(0.05)) / 0.05, per period',
  source: 'Rockafellar & Uryasev (2000), J. Risk 2(3)',
  headline: false,
  compute(sample) {
    const { count, mean, deviation } = returnMoments(sample);
    if (count < 2) return undefinedBecause(reasons.tooShort);
    return mean - (deviation * normalDensity(normalQuantile(0.05))) / 0.05;
  },
};
