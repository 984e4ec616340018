import { indicator, period } from '../indicator.ts';
import { rollingComoments } from '../rolling.ts';

export const beta = indicator({
  type: 'beta',
  title: 'Beta',
  category: 'statistics',
  parameters: { period: period(5, 2) },
  inputs: { x: 'high', y: 'low' },
  outputs: [],
  formula: "least-squares slope of y's one-bar returns on x's over n; 0 where x's returns are constant",
  source: 'TA-Lib BETA',
  priceUnits: false,
  warmup: ({ period }) => [period],
  compute({ series: { x, y } }, { period }) {
    const { xx, xy } = rollingComoments(returns(x), returns(y), period, 1);
    for (let row = period; row < xy.length; row++) xy[row] = xx[row] > 0 ? xy[row] / xx[row] : 0;
    return [xy];
  },
});

function returns(values: Float64Array): Float64Array {
  const changes = new Float64Array(values.length);
  for (let row = 1; row < values.length; row++) {
    const before = values[row - 1];
    changes[row] = before === 0 ? 0 : (values[row] - before) / before;
  }
  return changes;
}
