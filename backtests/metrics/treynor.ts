import { type Metric, undefinedBecause, whereDefined } from '../metric.ts';
import { benchmarkRegression, excessMoments, negligible } from '../sample-statistics.ts';

export const treynor: Metric = {
  name: 'treynor',
  title: 'Treynor ratio',
  unit: 'annual ratio',
  formula: 'mean(r - cash) x periods a year / beta',
  source: 'J. Treynor (1965), Harvard Business Review 43',
  headline: false,
  compute(sample) {
    return whereDefined(benchmarkRegression(sample), ({ beta }) =>
      Math.abs(beta) <= negligible
        ? undefinedBecause('beta is zero')
        : (excessMoments(sample).mean * sample.periodsPerYear) / beta,
    );
  },
};
