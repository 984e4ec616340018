import { type Metric, reasons, undefinedBecause } from '../metric.ts';
import { tradeSummary } from '../sample-statistics.ts';

export const largestWin: Metric = {
  name: 'largest_win',
  title: 'Largest win',
  unit: 'money',
  formula: 'highest P&L of the winning trades',
  source: 'by definition',
  headline: false,
  compute(sample) {
    if (sample.trades.count === 0) return undefinedBecause(reasons.noTrades);
    const { wins } = tradeSummary(sample);
    return wins === 0
      ? undefinedBecause(reasons.noWins)
      : sample.trades.pnl.reduce((best, made) => (made > best ? made : best), 0);
  },
};
