import { indicator, period } from '../indicator.ts';
import { warmingUp } from '../rolling.ts';

export const roc = indicator({
  type: 'roc',
  title: 'Rate of change',
  category: 'momentum',
  parameters: { period: period(10) },
  inputs: { source: 'close' },
  outputs: [],
  formula: '100 (x / x[n] - 1); 0 where x[n] is 0',
  source: 'TA-Lib ROC',
  priceUnits: false,
  warmup: ({ period }) => [period],
  compute({ series: { source } }, { period }) {
    const change = warmingUp(source.length, period);
    for (let row = period; row < source.length; row++) {
      const before = source[row - period];
      change[row] = before === 0 ? 0 : 100 * (source[row] / before - 1);
    }
    return [change];
  },
});
