import { type Metric, reasons, undefinedBecause } from '../metric.ts';
import { meanUpTo, orderedReturns } from '../sample-statistics.ts';

export const cvar95: Metric = {
  name: 'cvar_95',
  title: 'Expected shortfall, 95 %',
  unit: 'fraction',
  formula: 'mean of the returns per period at or below their 0.05 quantile',
  source: 'Rockafellar & Uryasev (2000), J. Risk 2(3)',
  headline: true,
  compute(sample) {
    if (sample.returns.length === 0) return undefinedBecause(reasons.noReturns);
    return meanUpTo(sample.returns, orderedReturns(sample).percentile(0.05));
  },
};
