import { type Metric, reasons, undefinedBecause } from '../metric.ts';
import { curve, yearsOf } from '../sample-statistics.ts';

export const cagr: Metric = {
  name: 'cagr',
  title: 'Compound annual growth rate',
  unit: 'annual fraction',
  formula: '(final equity / initial capital)^(periods a year / periods) - 1; undefined where equity ended below zero',
  source: 'empyrical-reloaded cagr',
  headline: true,
  compute(sample) {
    const points = curve(sample);
    if (sample.returns.length === 0) return undefinedBecause(reasons.noReturns);
    const growth = points[points.length - 1] / points[0];
    return growth < 0 ? undefinedBecause(reasons.ruined) : growth ** (1 / yearsOf(sample)) - 1;
  },
};
