import { type Metric, reasons, undefinedBecause } from '../metric.ts';
import { tradeSummary } from '../sample-statistics.ts';
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
    if (sample.trades.length === 0) return undefinedBecause(reasons.noTrades);
    return average(tradeSummary(sample).pnl);
  },
};
