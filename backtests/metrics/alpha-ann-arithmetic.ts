import { type Metric, whereDefined } from '../metric.ts';
import { benchmarkRegression } from '../sample-statistics.ts';

export const alphaAnnArithmetic: Metric = {
  name: 'alpha_ann_arithmetic',
  title: 'Alpha, arithmetic',
  unit: 'annual fraction',
  formula: 'alpha per period x periods a year',
  source: 'M. C. Jensen (1968), J. Finance 23(2)',
  headline: false,
  compute(sample) {
    return whereDefined(benchmarkRegression(sample), ({ alpha }) => alpha * sample.periodsPerYear);
  },
};
