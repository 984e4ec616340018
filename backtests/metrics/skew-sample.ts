import { type Metric, undefinedBecause, whereDefined } from '../metric.ts';
import { variedReturns } from '../sample-statistics.ts';

export const skewSample: Metric = {
  name: 'skew_sample',
  title: 'Skewness, corrected',
  unit: 'ratio',
  formula: 'skew x sqrt(n (n - 1)) / (n - 2)',
  source: 'Joanes & Gill (1998), The Statistician 47(1): G1',
  headline: false,
  compute(sample) {
    return whereDefined(variedReturns(sample), ({ skew, count }) =>
      count < 3 ? undefinedBecause('fewer than three returns') : (skew * Math.sqrt(count * (count - 1))) / (count - 2),
    );
  },
};
