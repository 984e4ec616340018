import { type Metric, reasons, undefinedBecause } from '../metric.ts';
import { tradeSummary } from '../sample-statistics.ts';

export const payoffRatio: Metric = {
  name: 'payoff_ratio',
  title: 'Payoff ratio',
  unit: 'ratio',
  formula: 'average win / |average loss|',
  source: 'by definition',
  headline: false,
  compute(sample) {
    if (sample.trades.count === 0) return undefinedBecause(reasons.noTrades);
    const { won, lost, wins, losses } = tradeSummary(sample);
    if (wins === 0) return undefinedBecause(reasons.noWins);
    if (losses === 0) return undefinedBecause(reasons.noLosses);
    return won / wins / (-lost / losses);
  },
};
