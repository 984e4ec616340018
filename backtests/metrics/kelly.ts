import type { Metric } from '../metric.ts';
import { tradeSummary } from '../sample-statistics.ts';
import { payoffRatio } from './payoff-ratio.ts';

export const kelly: Metric = {
  name: 'kelly',
  title: 'Kelly fraction',
  unit: 'fraction',
  formula: 'W - (1 - W) / payoff, W the win rate and payoff the average win over |average loss|; negative: do not bet',
  source: 'J. L. Kelly (1956), Bell System Technical Journal 35(4); backtesting.py 0.6 Kelly Criterion',
  headline: true,
  compute(sample) {
    const payoff = payoffRatio.compute(sample);
    if (typeof payoff !== 'number') return payoff;
    const share = tradeSummary(sample).wins / sample.trades.count;
    return share - (1 - share) / payoff;
  },
};
