import { giveBack } from '../columns.ts';
import { indicator, period } from '../indicator.ts';
import { rollingSum, warmingUp } from '../rolling.ts';

export const kama = indicator({
  type: 'kama',
  title: "Kaufman's adaptive moving average",
  category: 'trend',
  parameters: { period: period(10, 2), fast_period: period(2), slow_period: period(30) },
  inputs: { source: 'close' },
  outputs: [],
  formula:
    'K + c^2 (x - K), c = ER (2 / (fast + 1) - 2 / (slow + 1)) + 2 / (slow + 1), ER = |x - x[n]| / sum |dx| over n (1 where the sum is 0), starting from x[n-1]',
  source: 'P. Kaufman, Smarter Trading (1995); TA-Lib KAMA',
  priceUnits: true,
  warmup: ({ period }) => [period],
  compute({ series: { source } }, { period, fast_period, slow_period }) {
    const rows = source.length;
    const means = warmingUp(rows, period);
    const slow = 2 / (slow_period + 1);
    const fast = 2 / (fast_period + 1);
    const steps = new Float64Array(rows);
    for (let row = 1; row < rows; row++) steps[row] = Math.abs(source[row] - source[row - 1]);
    const path = rollingSum(steps, period, 1);
    let mean = source[period - 1];
    for (let row = period; row < rows; row++) {
      const efficiency = path[row] > 0 ? Math.abs(source[row] - source[row - period]) / path[row] : 1;
      const c = efficiency * (fast - slow) + slow;
      mean += c * c * (source[row] - mean);
      means[row] = mean;
    }
    giveBack(path);
    return [means];
  },
});
