import { giveBack, takeColumn } from '../columns.ts';
import { indicator, period } from '../indicator.ts';
import { rollingSum, warmingUp } from '../rolling.ts';
import { trueRange } from '../true-range.ts';

export const ultimateOscillator = indicator({
  type: 'ultimate_oscillator',
  title: 'Ultimate oscillator',
  category: 'momentum',
  parameters: { short_period: period(7), medium_period: period(14), long_period: period(28) },
  inputs: {},
  outputs: [],
  formula:
    '100 (4 A(short) + 2 A(medium) + A(long)) / 7, A(n) = sum of close - min(low, close[1]) over n / sum of true range over n (0 where that is 0)',
  source: 'L. Williams, TASC Apr 1985; TA-Lib ULTOSC',
  priceUnits: false,
  warmup: ({ short_period, medium_period, long_period }) => [Math.max(short_period, medium_period, long_period)],
  compute({ bars }, { short_period, medium_period, long_period }) {
    const { low, close } = bars;
    const rows = close.length;
    const ranges = trueRange(bars);
    const pressure = takeColumn(rows).fill(0, 0, 1);
    for (let row = 1; row < rows; row++) {
      const before = close[row - 1];
      const twice = close[row] - low[row] + (close[row] - before) + Math.abs(low[row] - before);
      pressure[row] = twice / 2; // close - min(low, close[1]), without a branch
    }
    const start = Math.max(short_period, medium_period, long_period);
    const oscillator = warmingUp(rows, start).fill(0, start);
    const terms = [
      { period: short_period, weight: 400 / 7 },
      { period: medium_period, weight: 200 / 7 },
      { period: long_period, weight: 100 / 7 },
    ];
    for (const { period, weight } of terms) {
      const bought = rollingSum(pressure, period, 1);
      const ranged = rollingSum(ranges, period, 1);
      for (let row = start; row < rows; row++) {
        if (ranged[row] > 0) oscillator[row] += weight * (bought[row] / ranged[row]);
      }
      giveBack(bought, ranged);
    }
    giveBack(ranges, pressure);
    return [oscillator];
  },
});
