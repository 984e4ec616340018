import { type Metric, reasons, undefinedBecause } from '../metric.ts';
import { sortedReturns } from '../sample-statistics.ts';
import { average } from '../statistics/moments.ts';
import { percentile } from '../statistics/percentile.ts';

export const cvar99: Metric = {
  name: 'cvar_99',
  title: 'Expected shortfall, 99 %',
  unit: 'fraction',
  formula: 'mean of the returns per period at or below their 0.01 quantile',
  source: 'Rockafellar & Uryasev (2000), J. Risk 2(3)',
  headline: false,
  compute(sample) {
    const sorted = sortedReturns(sample);
    if (sorted.length === 0) return undefinedBecause(reasons.noReturns);
    const bound = percentile(sorted, 0.01);
    return average(sorted.filter((value) => value <= bound));
  },
};
