import { indicator } from '../indicator.ts';

export const obv = indicator({
  type: 'obv',
  title: 'On-balance volume',
  category: 'volume',
  parameters: {},
  inputs: {},
  outputs: [],
  formula: 'running sum of volume, added where the close rose and subtracted where it fell; starts at the first volume',
  source: "J. Granville, Granville's New Key to Stock Market Profits (1963); TA-Lib OBV",
  priceUnits: false,
  warmup: () => [0],
  compute({ bars: { close, volume } }) {
    const balance = new Float64Array(close.length);
    let sum = 0;
    for (let row = 0; row < close.length; row++) {
      if (row === 0 || close[row] > close[row - 1]) sum += volume[row];
      else if (close[row] < close[row - 1]) sum -= volume[row];
      balance[row] = sum;
    }
    return [balance];
  },
});
