import { type Metric, reasons, undefinedBecause } from '../metric.ts';
import { tradeSummary } from '../sample-statistics.ts';

export const averageBarsHeld: Metric = {
  name: 'average_bars_held',
  title: 'Average holding time',
  unit: 'bars',
  formula: 'mean of exit bar - entry bar',
  source: 'backtesting.py 0.6 Avg. Trade Duration, in bars',
  headline: true,
  compute(sample) {
    if (sample.trades.count === 0) return undefinedBecause(reasons.noTrades);
    return tradeSummary(sample).barsHeld / sample.trades.count;
  },
};
