import { type Metric, whereDefined } from '../metric.ts';
import { benchmarkRegression } from '../sample-statistics.ts';

export const beta: Metric = {
  name: 'beta',
  title: 'Beta',
  unit: 'ratio',
  formula: 'cov(r - cash, b - cash) / var(b - cash), b the benchmark',
  source: 'empyrical-reloaded beta',
  headline: false,
  compute(sample) {
    return whereDefined(benchmarkRegression(sample), ({ beta }) => beta);
  },
};
