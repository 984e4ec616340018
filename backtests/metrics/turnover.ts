import { type Metric, reasons, undefinedBecause } from '../metric.ts';
import { curveMeans, yearsOf } from '../sample-statistics.ts';

export const turnover: Metric = {
  name: 'turnover',
  title: 'Turnover',
  unit: 'annual ratio',
  formula: 'traded notional / 2 / mean equity / years: one-way, the initial capital counted as the first equity',
  source: 'by definition',
  headline: true,
  compute(sample) {
    const years = yearsOf(sample);
    if (years === 0) return undefinedBecause(reasons.noReturns);
    const equity = curveMeans(sample).level;
    return equity > 0 ? sample.tradedNotional / 2 / equity / years : undefinedBecause(reasons.ruined);
  },
};
