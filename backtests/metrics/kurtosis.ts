import { type Metric, whereDefined } from '../metric.ts';
import { variedReturns } from '../sample-statistics.ts';

export const kurtosis: Metric = {
  name: 'kurtosis',
  title: 'Excess kurtosis',
  unit: 'ratio',
  formula: 'm4 / m2^2 - 3 of returns per period, biased: 0 for a normal distribution',
  source: 'Joanes & Gill (1998), The Statistician 47(1): g2',
  headline: true,
  compute(sample) {
    return whereDefined(variedReturns(sample), ({ kurtosis }) => kurtosis - 3);
  },
};
