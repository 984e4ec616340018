import { type Metric, reasons, undefinedBecause } from '../metric.ts';
import { tradeSummary } from '../sample-statistics.ts';

export const averageLoss: Metric = {
  name: 'average_loss',
  title: 'Average loss',
  unit: 'money',
  formula: 'mean P&L of the trades with P&L < 0: negative',
  source: 'by definition',
  headline: true,
  compute(sample) {
    if (sample.trades.count === 0) return undefinedBecause(reasons.noTrades);
    const { lost, losses } = tradeSummary(sample);
    return losses === 0 ? undefinedBecause(reasons.noLosses) : lost / losses;
  },
};
