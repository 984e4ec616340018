import { type Metric, reasons, undefinedBecause, whereDefined } from '../metric.ts';
import { benchmarkRegression } from '../sample-statistics.ts';

export const correlation: Metric = {
  name: 'correlation',
  title: 'Correlation with the benchmark',
  unit: 'ratio',
  formula: 'Pearson correlation of returns per period',
  source: 'by definition',
  headline: false,
  compute(sample) {
    return whereDefined(benchmarkRegression(sample), ({ correlation }) =>
      Number.isNaN(correlation) ? undefinedBecause(reasons.constant) : correlation,
    );
  },
};
