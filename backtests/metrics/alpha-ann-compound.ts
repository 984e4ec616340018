import { type Metric, whereDefined } from '../metric.ts';
import { benchmarkRegression } from '../sample-statistics.ts';

export const alphaAnnCompound: Metric = {
  name: 'alpha_ann_compound',
  title: 'Alpha, compounded',
  unit: 'annual fraction',
  formula: '(1 + alpha per period)^(periods a year) - 1',
  source: 'empyrical-reloaded alpha',
  headline: false,
  compute(sample) {
    return whereDefined(benchmarkRegression(sample), ({ alpha }) => (1 + alpha) ** sample.periodsPerYear - 1);
  },
};
