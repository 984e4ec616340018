import type { Metric } from '../metric.ts';
import { drawdownsOf } from '../sample-statistics.ts';

export const nDrawdowns: Metric = {
  name: 'n_drawdowns',
  title: 'Drawdowns',
  unit: 'count',
  formula: 'runs of consecutive points below the peak',
  source: 'backtesting.py 0.6',
  headline: false,
  compute(sample) {
    return drawdownsOf(sample).length;
  },
};
