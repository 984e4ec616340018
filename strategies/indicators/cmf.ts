import { giveBack } from '../columns.ts';
import { indicator, period } from '../indicator.ts';
import { moneyFlow } from '../money-flow.ts';
import { rollingSum } from '../rolling.ts';

export const cmf = indicator({
  type: 'cmf',
  title: 'Chaikin money flow',
  category: 'volume',
  parameters: { period: period(20) },
  inputs: {},
  outputs: [],
  formula:
    'sum of volume ((close - low) - (high - close)) / (high - low) over n / sum of volume over n; undefined without volume',
  source: 'M. Chaikin',
  priceUnits: false,
  warmup: ({ period }) => [period - 1],
  compute({ bars }, { period }) {
    const flow = rollingSum(moneyFlow(bars), period);
    const volume = rollingSum(bars.volume, period);
    for (let row = 0; row < flow.length; row++) flow[row] /= volume[row];
    giveBack(volume);
    return [flow];
  },
});
