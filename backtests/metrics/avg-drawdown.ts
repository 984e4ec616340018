import { type Metric, reasons, undefinedBecause } from '../metric.ts';
import { drawdownsOf } from '../sample-statistics.ts';

export const avgDrawdown: Metric = {
  name: 'avg_drawdown',
  title: 'Average drawdown',
  unit: 'fraction',
  formula: 'mean depth of all drawdowns',
  source: 'backtesting.py 0.6 Avg. Drawdown',
  headline: false,
  compute(sample) {
    const found = drawdownsOf(sample);
    if (found.length === 0) return undefinedBecause(reasons.noDrawdown);
    return found.reduce((total, { depth }) => total + depth, 0) / found.length;
  },
};
