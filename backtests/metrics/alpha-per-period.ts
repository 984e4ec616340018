import { type Metric, whereDefined } from '../metric.ts';
import { benchmarkRegression } from '../sample-statistics.ts';

export const alphaPerPeriod: Metric = {
  name: 'alpha_per_period',
  title: 'Alpha per period',
  unit: 'fraction',
  formula: 'mean(r - cash) - beta mean(b - cash)',
  source: 'empyrical-reloaded alpha',
  headline: false,
  compute(sample) {
    return whereDefined(benchmarkRegression(sample), ({ alpha }) => alpha);
  },
};
