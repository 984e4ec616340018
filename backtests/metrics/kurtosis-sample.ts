import { type Metric, undefinedBecause, whereDefined } from '../metric.ts';
import { variedReturns } from '../sample-statistics.ts';

export const kurtosisSample: Metric = {
  name: 'kurtosis_sample',
  title: 'Excess kurtosis, corrected',
  unit: 'ratio',
  formula: '(n - 1) / ((n - 2) (n - 3)) x ((n + 1) kurtosis + 6), kurtosis in excess of 3',
  source: 'Joanes & Gill (1998), The Statistician 47(1): G2',
  headline: false,
  compute(sample) {
    return whereDefined(variedReturns(sample), ({ kurtosis, count }) =>
      count < 4
        ? undefinedBecause('fewer than four returns')
        : ((count - 1) * ((count + 1) * (kurtosis - 3) + 6)) / ((count - 2) * (count - 3)),
    );
  },
};
