import { takeColumn } from '../columns.ts';
import { indicator, period } from '../indicator.ts';
import { rollingMax, rollingMin } from '../rolling.ts';

export const donchian = indicator({
  type: 'donchian',
  title: 'Donchian channel',
  category: 'trend',
  parameters: { period: period(20) },
  inputs: {},
  outputs: ['upper', 'middle', 'lower'],
  formula:
    'highest high, mean of both, lowest low of the last n bars, the current one included (a breakout compares with the channel one bar earlier)',
  source: 'R. Donchian',
  priceUnits: true,
  warmup: ({ period }) => [period - 1, period - 1, period - 1],
  compute({ bars: { high, low } }, { period }) {
    const upper = rollingMax(high, period);
    const lower = rollingMin(low, period);
    const middle = takeColumn(upper.length);
    for (let row = 0; row < middle.length; row++) middle[row] = (upper[row] + lower[row]) / 2;
    return [upper, middle, lower];
  },
});
