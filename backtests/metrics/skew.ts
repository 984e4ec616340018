import { type Metric, whereDefined } from '../metric.ts';
import { variedReturns } from '../sample-statistics.ts';

export const skew: Metric = {
  name: 'skew',
  title: 'Skewness',
  unit: 'ratio',
  formula: 'm3 / m2^1.5 of returns per period, biased',
  source: 'Joanes & Gill (1998), The Statistician 47(1): g1',
  headline: true,
  compute(sample) {
    return whereDefined(variedReturns(sample), ({ skew }) => skew);
  },
};
