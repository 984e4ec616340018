import { type Metric, reasons, undefinedBecause } from '../metric.ts';
import { tradeSummary } from '../sample-statistics.ts';

export const averageWin: Metric = {
  name: 'average_win',
  title: 'Average win',
  unit: 'money',
  formula: 'mean P&L of the trades with P&L > 0',
  source: 'by definition',
  headline: true,
  compute(sample) {
    if (sample.trades.count === 0) return undefinedBecause(reasons.noTrades);
    const { won, wins } = tradeSummary(sample);
    return wins === 0 ? undefinedBecause(reasons.noWins) : won / wins;
  },
};
