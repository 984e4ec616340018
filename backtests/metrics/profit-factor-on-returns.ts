import { type Metric, reasons, undefinedBecause } from '../metric.ts';

export const profitFactorOnReturns: Metric = {
  name: 'profit_factor_on_returns',
  title: 'Profit factor on returns',
  unit: 'ratio',
  formula: 'sum of positive trade returns / |sum of negative ones|',
  source: 'backtesting.py 0.6 Profit Factor',
  headline: false,
  compute(sample) {
    if (sample.trades.count === 0) return undefinedBecause(reasons.noTrades);
    let [gains, losses] = [0, 0];
    for (const value of sample.trades.return) {
      if (value > 0) gains += value;
      else losses -= value;
    }
    return losses === 0 ? undefinedBecause(reasons.noLosses) : gains / losses;
  },
};
