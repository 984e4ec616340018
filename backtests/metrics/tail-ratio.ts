import { type Metric, reasons, undefinedBecause } from '../metric.ts';
import { negligible, sortedReturns } from '../sample-statistics.ts';
import { percentile } from '../statistics/percentile.ts';

export const tailRatio: Metric = {
  name: 'tail_ratio',
  title: 'Tail ratio',
  unit: 'ratio',
  formula: '|0.95 quantile| / |0.05 quantile| of returns per period',
  source: 'empyrical-reloaded tail_ratio',
  headline: false,
  compute(sample) {
    if (sample.returns.length === 0) return undefinedBecause(reasons.noReturns);
    const sorted = sortedReturns(sample);
    const low = Math.abs(percentile(sorted, 0.05));
    return low <= negligible ? undefinedBecause('the 0.05 quantile is zero') : Math.abs(percentile(sorted, 0.95)) / low;
  },
};
