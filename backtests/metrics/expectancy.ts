import { type Metric, reasons, undefinedBecause } from '../metric.ts';
import { average } from '../statistics/moments.ts';

export const expectancy: Metric = {
  name: 'expectancy',
  title: 'Expectancy',
  unit: 'money',
  formula: 'mean P&L of a trade = win_rate x average_win + loss_rate x average_loss',
  source:
    'V. K. Tharp (1998), Trade your way to financial freedom; backtesting.py takes the mean return instead (expectancy_return)',
  headline: true,
  compute(sample) {
    if (sample.trades.count === 0) return undefinedBecause(reasons.noTrades);
    return average(sample.trades.pnl);
  },
};
