import { type Metric, whereDefined } from '../metric.ts';
import { activeMoments } from '../sample-statistics.ts';

export const informationRatio: Metric = {
  name: 'information_ratio',
  title: 'Information ratio per period',
  unit: 'ratio',
  formula: 'mean(r - b) / sd(r - b, n - 1), not annualised',
  source: 'empyrical-reloaded excess_sharpe',
  headline: false,
  compute(sample) {
    return whereDefined(activeMoments(sample), ({ mean, deviation }) => mean / deviation);
  },
};
