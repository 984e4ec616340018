import { type Metric, reasons, undefinedBecause } from '../metric.ts';
import { curveMeans } from '../sample-statistics.ts';

export const painIndexPct: Metric = {
  name: 'pain_index_pct',
  title: 'Pain index',
  unit: 'percent',
  formula: '100 x mean |drawdown| over the initial capital and every bar',
  source: 'T. Becker, Zephyr Associates (2006)',
  headline: false,
  compute(sample) {
    if (sample.equity.length === 0) return undefinedBecause(reasons.noReturns);
    return -100 * curveMeans(sample).depth;
  },
};
