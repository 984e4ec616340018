import { giveBack } from '../columns.ts';
import { indicator, period } from '../indicator.ts';
import { warmingUp } from '../rolling.ts';
import { exponentialMean } from '../smoothing.ts';

export const trix = indicator({
  type: 'trix',
  title: 'TRIX',
  category: 'momentum',
  parameters: { period: period(15) },
  inputs: { source: 'close' },
  outputs: [],
  formula: '100 (T / T[1] - 1), T = E(E(E)), each stage seeded with the mean of its first n values; 0 where T[1] is 0',
  source: 'J. Hutson, TASC 1983; TA-Lib TRIX',
  priceUnits: false,
  warmup: ({ period }) => [3 * (period - 1) + 1],
  compute({ series }, { period }) {
    const once = exponentialMean(series.source, period);
    const twice = exponentialMean(once, period, period - 1);
    const thrice = exponentialMean(twice, period, 2 * (period - 1));
    const start = 3 * (period - 1) + 1;
    const change = warmingUp(thrice.length, start);
    for (let row = start; row < thrice.length; row++) {
      change[row] = thrice[row - 1] === 0 ? 0 : 100 * (thrice[row] / thrice[row - 1] - 1);
    }
    giveBack(once, twice, thrice);
    return [change];
  },
});
