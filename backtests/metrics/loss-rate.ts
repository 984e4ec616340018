import { type Metric, reasons, undefinedBecause } from '../metric.ts';
import { tradeSummary } from '../sample-statistics.ts';

export const lossRate: Metric = {
  name: 'loss_rate',
  title: 'Loss rate',
  unit: 'fraction',
  formula: 'trades with P&L < 0 / trades',
  source: 'by definition',
  headline: false,
  compute(sample) {
    if (sample.trades.count === 0) return undefinedBecause(reasons.noTrades);
    return tradeSummary(sample).losses / sample.trades.count;
  },
};
