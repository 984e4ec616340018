import { type Metric, whereDefined } from '../metric.ts';
import { variedExcess } from '../sample-statistics.ts';

export const sharpe: Metric = {
  name: 'sharpe',
  title: 'Sharpe ratio',
  unit: 'annual ratio',
  formula: 'mean(r - cash) / sd(r - cash, n - 1) x sqrt(periods a year)',
  source: 'W. F. Sharpe (1994), The Sharpe ratio, J. Portfolio Management 21(1)',
  headline: true,
  compute(sample) {
    return whereDefined(
      variedExcess(sample),
      ({ mean, deviation }) => (mean / deviation) * Math.sqrt(sample.periodsPerYear),
    );
  },
};
