import { indicator, period } from '../indicator.ts';
import { averageTrueRange } from '../true-range.ts';

export const natr = indicator({
  type: 'natr',
  title: 'Normalized average true range',
  category: 'volatility',
  parameters: { period: period(14) },
  inputs: {},
  outputs: [],
  formula: '100 ATR / close; 0 where the close is 0',
  source: 'TA-Lib NATR',
  priceUnits: false,
  warmup: ({ period }) => [period],
  compute({ bars }, { period }) {
    const percent = averageTrueRange(bars, period);
    for (let row = period; row < percent.length; row++) {
      percent[row] = bars.close[row] === 0 ? 0 : 100 * (percent[row] / bars.close[row]);
    }
    return [percent];
  },
});
