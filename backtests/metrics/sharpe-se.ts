import { type Metric, whereDefined } from '../metric.ts';
import { variedExcess } from '../sample-statistics.ts';
import { sharpeError, sharpeSample } from '../statistics/sharpe-error.ts';

export const sharpeSe: Metric = {
  name: 'sharpe_se',
  title: 'Standard error of the Sharpe ratio',
  unit: 'annual ratio',
  formula:
    'sqrt((1 - g3 SR + (g4 - 1) / 4 SR^2) / (n - 1)) x sqrt(periods a year), SR, skew g3 and kurtosis g4 of r - cash per period; serial correlation is not in it',
  source: 'E. Mertens (2002); A. Lo (2002), The statistics of Sharpe ratios, FAJ 58(4)',
  headline: true,
  compute(sample) {
    return whereDefined(
      variedExcess(sample),
      (found) => sharpeError(sharpeSample(found)) * Math.sqrt(sample.periodsPerYear),
    );
  },
};
