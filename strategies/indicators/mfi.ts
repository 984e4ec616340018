import { priceSeries } from '@stratlab/data/bars.ts';
import { giveBack } from '../columns.ts';
import { indicator, period } from '../indicator.ts';
import { rollingSum } from '../rolling.ts';

export const mfi = indicator({
  type: 'mfi',
  title: 'Money flow index',
  category: 'volume',
  parameters: { period: period(14, 2) },
  inputs: {},
  outputs: [],
  formula:
    '100 P / (P + N), sums over n of typical price x volume on bars whose typical price rose (P) or fell (N); 0 where P + N < 1',
  source: 'G. Quong and A. Soudack, TASC Mar 1989; TA-Lib MFI',
  priceUnits: false,
  warmup: ({ period }) => [period],
  compute({ bars }, { period }) {
    const typical = priceSeries(bars, 'hlc3');
    const rows = typical.length;
    const rising = new Float64Array(rows);
    const falling = new Float64Array(rows);
    for (let row = 1; row < rows; row++) {
      const flow = typical[row] * bars.volume[row];
      rising[row] = flow * Number(typical[row] > typical[row - 1]);
      falling[row] = flow * Number(typical[row] < typical[row - 1]);
    }
    const index = rollingSum(rising, period, 1);
    const negative = rollingSum(falling, period, 1);
    for (let row = period; row < rows; row++) {
      const total = index[row] + negative[row];
      index[row] = total < 1 ? 0 : 100 * (index[row] / total);
    }
    giveBack(negative);
    return [index];
  },
});
