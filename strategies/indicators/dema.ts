import { giveBack } from '../columns.ts';
import { indicator, period } from '../indicator.ts';
import { exponentialMean } from '../smoothing.ts';

export const dema = indicator({
  type: 'dema',
  title: 'Double exponential moving average',
  category: 'trend',
  parameters: { period: period(20) },
  inputs: { source: 'close' },
  outputs: [],
  formula: '2 E - E(E), each stage seeded with the mean of its first n values',
  source: 'P. Mulloy, Smoothing data with faster moving averages, TASC Feb 1994; TA-Lib DEMA',
  priceUnits: true,
  warmup: ({ period }) => [2 * (period - 1)],
  compute({ series }, { period }) {
    const once = exponentialMean(series.source, period);
    const twice = exponentialMean(once, period, period - 1);
    for (let row = 0; row < twice.length; row++) twice[row] = 2 * once[row] - twice[row];
    giveBack(once);
    return [twice];
  },
});
