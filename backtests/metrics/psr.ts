import { type Metric, whereDefined } from '../metric.ts';
import { variedExcess } from '../sample-statistics.ts';
import { probabilisticSharpe } from '../statistics/probabilistic-sharpe.ts';
import { sharpeSample } from '../statistics/sharpe-error.ts';

export const psr: Metric = {
  name: 'psr',
  title: 'Probabilistic Sharpe ratio',
  unit: 'probability',
  formula: 'Phi(SR / se(SR)): chance that the true Sharpe ratio is above 0, one trial, no serial correlation',
  source: 'Bailey & López de Prado (2012), The Sharpe ratio efficient frontier, J. Risk 15(2)',
  headline: true,
  compute(sample) {
    return whereDefined(variedExcess(sample), (found) => probabilisticSharpe(sharpeSample(found)));
  },
};
