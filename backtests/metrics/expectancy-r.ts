import { type Metric, reasons, undefinedBecause } from '../metric.ts';
import { tradeSummary } from '../sample-statistics.ts';
import { average } from '../statistics/moments.ts';

export const expectancyR: Metric = {
  name: 'expectancy_r',
  title: 'Expectancy in average losses',
  unit: 'ratio',
  formula: 'expectancy / |average loss|',
  source: 'V. K. Tharp (1998), Trade your way to financial freedom',
  headline: false,
  compute(sample) {
    if (sample.trades.count === 0) return undefinedBecause(reasons.noTrades);
    const { lost, losses } = tradeSummary(sample);
    return losses === 0 ? undefinedBecause(reasons.noLosses) : average(sample.trades.pnl) / (-lost / losses);
  },
};
