import { type Metric, reasons, undefinedBecause } from '../metric.ts';

export const maxConsecutiveLosses: Metric = {
  name: 'max_consecutive_losses',
  title: 'Longest run of losses',
  unit: 'count',
  formula: 'most consecutive trades with P&L < 0, in their order',
  source: 'by definition',
  headline: false,
  compute(sample) {
    if (sample.trades.count === 0) return undefinedBecause(reasons.noTrades);
    let [run, longest] = [0, 0];
    for (const pnl of sample.trades.pnl) {
      run = pnl < 0 ? run + 1 : 0;
      longest = Math.max(longest, run);
    }
    return longest;
  },
};
