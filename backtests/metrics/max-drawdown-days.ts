import { type Metric, reasons, undefinedBecause } from '../metric.ts';
import { drawdownsOf } from '../sample-statistics.ts';

export const maxDrawdownDays: Metric = {
  name: 'max_drawdown_days',
  title: 'Longest drawdown',
  unit: 'days',
  formula: 'longest calendar time from a peak of equity to its recovery, or to the last bar; between starts of bars',
  source: 'backtesting.py 0.6 Max. Drawdown Duration',
  headline: true,
  compute(sample) {
    if (sample.equity.length === 0) return undefinedBecause(reasons.noReturns);
    const timeAt = (row: number) => sample.time[Math.max(0, row - 1)];
    let longest = 0;
    for (const { peak, recovery } of drawdownsOf(sample)) {
      longest = Math.max(longest, timeAt(recovery ?? sample.equity.length) - timeAt(peak));
    }
    return longest / 86_400_000;
  },
};
