import { type Metric, whereDefined } from '../metric.ts';
import { variedReturns } from '../sample-statistics.ts';
import { cornishFisherQuantile } from '../statistics/cornish-fisher.ts';

export const varCornishFisher99: Metric = {
  name: 'var_cornish_fisher_99',
  title: 'Value at risk with skew and kurtosis, 99 %',
  unit: 'fraction',
  formula:
    'mean(r) + sd(r, n - 1) (z + (z^2 - 1) s / 6 + (z^3 - 3 z) k / 24 - (2 z^3 - 5 z) s^2 / 36), z = Phi^-1(0.01), s skew, k excess kurtosis; per period',
  source: 'Cornish & Fisher (1938); Favre & Galeano (2002), J. Alternative Investments 5(2)',
  headline: false,
  compute(sample) {
    return whereDefined(
      variedReturns(sample),
      ({ mean, deviation, skew, kurtosis }) => mean + deviation * cornishFisherQuantile(0.01, skew, kurtosis - 3),
    );
  },
};
