import { type Metric, reasons, undefinedBecause } from '../metric.ts';
import { negligible, orderedReturns } from '../sample-statistics.ts';

export const tailRatio: Metric = {
  name: 'tail_ratio',
  title: 'Tail ratio',
  unit: 'ratio',
  formula: '|0.95 quantile| / |0.05 quantile| of returns per period',
  source: 'empyrical-reloaded tail_ratio',
  headline: false,
  compute(sample) {
    if (sample.returns.length === 0) return undefinedBecause(reasons.noReturns);
    const ordered = orderedReturns(sample);
    const low = Math.abs(ordered.percentile(0.05));
    return low <= negligible ? undefinedBecause('the 0.05 quantile is zero') : Math.abs(ordered.percentile(0.95)) / low;
  },
};
