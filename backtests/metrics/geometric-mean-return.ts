import { type Metric, reasons, undefinedBecause } from '../metric.ts';
import { growthOf } from '../sample-statistics.ts';

export const geometricMeanReturn: Metric = {
  name: 'geometric_mean_return',
  title: 'Geometric mean return',
  unit: 'fraction',
  formula: '(final equity / initial capital)^(1 / periods) - 1, per period',
  source: 'by definition',
  headline: false,
  compute(sample) {
    if (sample.returns.length === 0) return undefinedBecause(reasons.noReturns);
    const growth = growthOf(sample);
    return growth < 0 ? undefinedBecause(reasons.ruined) : growth ** (1 / sample.returns.length) - 1;
  },
};
