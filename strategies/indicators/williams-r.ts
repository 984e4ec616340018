import { indicator, period } from '../indicator.ts';
import { rollingMax, rollingMin } from '../rolling.ts';

export const williamsR = indicator({
  type: 'williams_r',
  aliases: ['williamsr'],
  title: 'Williams %R',
  category: 'momentum',
  parameters: { period: period(14, 2) },
  inputs: {},
  outputs: [],
  formula: '-100 (highest high - close) / (highest high - lowest low) over n; 0 where the range is 0',
  source: 'L. Williams (1979); TA-Lib WILLR',
  priceUnits: false,
  warmup: ({ period }) => [period - 1],
  compute({ bars: { high, low, close } }, { period }) {
    const highest = rollingMax(high, period);
    const lowest = rollingMin(low, period);
    const position = highest;
    for (let row = period - 1; row < close.length; row++) {
      const range = highest[row] - lowest[row];
      position[row] = range === 0 ? 0 : -100 * ((highest[row] - close[row]) / range);
    }
    return [position];
  },
});
