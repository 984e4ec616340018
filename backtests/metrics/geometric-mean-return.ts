import { type Metric, reasons, undefinedBecause } from '../metric.ts';
import { curve } from '../sample-statistics.ts';

export const geometricMeanReturn: Metric = {
  name: 'geometric_mean_return',
  title: 'Geometric mean return',
  unit: 'fraction',
  formula: '(final equity / initial capital)^(1 / periods) - 1, per period',
  source: 'by definition',
  headline: false,
  compute(sample) {
    const points = curve(sample);
    if (sample.returns.length === 0) return undefinedBecause(reasons.noReturns);
    const growth = points[points.length - 1] / points[0];
    return growth < 0 ? undefinedBecause(reasons.ruined) : growth ** (1 / sample.returns.length) - 1;
  },
};
