import { giveBack } from '../columns.ts';
import { indicator, period } from '../indicator.ts';
import { exponentialMean } from '../smoothing.ts';

export const tema = indicator({
  type: 'tema',
  title: 'Triple exponential moving average',
  category: 'trend',
  parameters: { period: period(20) },
  inputs: { source: 'close' },
  outputs: [],
  formula: '3 E - 3 E(E) + E(E(E)), each stage seeded with the mean of its first n values',
  source: 'P. Mulloy, Smoothing data with faster moving averages, TASC Feb 1994; TA-Lib TEMA',
  priceUnits: true,
  warmup: ({ period }) => [3 * (period - 1)],
  compute({ series }, { period }) {
    const once = exponentialMean(series.source, period);
    const twice = exponentialMean(once, period, period - 1);
    const thrice = exponentialMean(twice, period, 2 * (period - 1));
    for (let row = 0; row < thrice.length; row++) thrice[row] += 3 * (once[row] - twice[row]);
    giveBack(once, twice);
    return [thrice];
  },
});
