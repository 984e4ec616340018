import { type Metric, reasons, undefinedBecause } from '../metric.ts';
import { tradeSummary } from '../sample-statistics.ts';

export const profitFactor: Metric = {
  name: 'profit_factor',
  title: 'Profit factor',
  unit: 'ratio',
  formula: 'sum of winning P&L / |sum of losing P&L|, in cash',
  source: 'J. D. Schwager (1989), Market Wizards; backtesting.py takes returns instead',
  headline: true,
  compute(sample) {
    if (sample.trades.count === 0) return undefinedBecause(reasons.noTrades);
    const { won, lost, losses } = tradeSummary(sample);
    return losses === 0 ? undefinedBecause(reasons.noLosses) : won / -lost;
  },
};
