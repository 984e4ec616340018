import { type Metric, reasons, undefinedBecause, whereDefined } from '../metric.ts';
import { benchmarkRegression } from '../sample-statistics.ts';

export const rSquared: Metric = {
  name: 'r_squared',
  title: 'R squared',
  unit: 'fraction',
  formula: 'squared correlation with the benchmark',
  source: 'by definition',
  headline: false,
  compute(sample) {
    return whereDefined(benchmarkRegression(sample), ({ correlation }) =>
      Number.isNaN(correlation) ? undefinedBecause(reasons.constant) : correlation ** 2,
    );
  },
};
