import { type Metric, reasons, undefinedBecause } from '../metric.ts';
import { growthOf, yearsOf } from '../sample-statistics.ts';

export const cagr: Metric = {
  name: 'cagr',
  title: 'Compound annual growth rate',
  unit: 'annual fraction',
  formula: '(final equity / initial capital)^(periods a year / periods) - 1; undefined where equity ended below zero',
  source: 'empyrical-reloaded cagr',
  headline: true,
  compute(sample) {
    if (sample.returns.length === 0) return undefinedBecause(reasons.noReturns);
    const growth = growthOf(sample);
    return growth < 0 ? undefinedBecause(reasons.ruined) : growth ** (1 / yearsOf(sample)) - 1;
  },
};
