import { type Metric, reasons, undefinedBecause } from '../metric.ts';
import { downsideDeviation, excessMoments, negligible } from '../sample-statistics.ts';

export const sortino: Metric = {
  name: 'sortino',
  title: 'Sortino ratio',
  unit: 'annual ratio',
  formula:
    'mean(r - cash) / sqrt(mean(min(r - cash, 0)^2)) x sqrt(periods a year); the mean below runs over all periods',
  source: 'F. Sortino & R. van der Meer (1991), J. Portfolio Management 17(4); empyrical-reloaded sortino_ratio',
  headline: true,
  compute(sample) {
    if (sample.returns.length < 2) return undefinedBecause(reasons.tooShort);
    const downside = downsideDeviation(sample);
    if (downside <= negligible) return undefinedBecause('no return was below cash');
    return (excessMoments(sample).mean / downside) * Math.sqrt(sample.periodsPerYear);
  },
};
