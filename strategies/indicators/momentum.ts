import { indicator, period } from '../indicator.ts';
import { warmingUp } from '../rolling.ts';

export const momentum = indicator({
  type: 'momentum',
  title: 'Momentum',
  category: 'momentum',
  parameters: { period: period(10) },
  inputs: { source: 'close' },
  outputs: [],
  formula: 'x - x[n]',
  source: 'TA-Lib MOM',
  priceUnits: true,
  warmup: ({ period }) => [period],
  compute({ series: { source } }, { period }) {
    const change = warmingUp(source.length, period);
    for (let row = period; row < source.length; row++) change[row] = source[row] - source[row - period];
    return [change];
  },
});
