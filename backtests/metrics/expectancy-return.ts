import { type Metric, reasons, undefinedBecause } from '../metric.ts';
import { average } from '../statistics/moments.ts';

export const expectancyReturn: Metric = {
  name: 'expectancy_return',
  title: 'Expectancy per unit of notional',
  unit: 'fraction',
  formula: 'mean return of a trade on its entry notional',
  source: 'backtesting.py 0.6 Expectancy',
  headline: false,
  compute(sample) {
    if (sample.trades.count === 0) return undefinedBecause(reasons.noTrades);
    return average(sample.trades.return);
  },
};
