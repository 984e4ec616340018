import { type Metric, reasons, undefinedBecause } from '../metric.ts';
import { tradeSummary } from '../sample-statistics.ts';

export const largestLoss: Metric = {
  name: 'largest_loss',
  title: 'Largest loss',
  unit: 'money',
  formula: 'lowest P&L of the losing trades',
  source: 'by definition',
  headline: false,
  compute(sample) {
    if (sample.trades.count === 0) return undefinedBecause(reasons.noTrades);
    const { losses } = tradeSummary(sample);
    return losses === 0
      ? undefinedBecause(reasons.noLosses)
      : sample.trades.pnl.reduce((worst, made) => (made < worst ? made : worst), 0);
  },
};
