import { indicator } from '../indicator.ts';
import { moneyFlow } from '../money-flow.ts';

export const adLine = indicator({
  type: 'ad_line',
  title: 'Accumulation/distribution line',
  category: 'volume',
  parameters: {},
  inputs: {},
  outputs: [],
  formula: 'running sum of volume ((close - low) - (high - close)) / (high - low); nothing is added where high = low',
  source: 'M. Chaikin; TA-Lib AD',
  priceUnits: false,
  warmup: () => [0],
  compute({ bars }) {
    const line = moneyFlow(bars);
    for (let row = 1; row < line.length; row++) line[row] += line[row - 1];
    return [line];
  },
});
