import { indicator, period } from '../indicator.ts';
import { rollingComoments } from '../rolling.ts';

export const correlation = indicator({
  type: 'correlation',
  title: 'Correlation',
  category: 'statistics',
  parameters: { period: period(30, 2) },
  inputs: { x: 'high', y: 'low' },
  outputs: [],
  formula: "Pearson's correlation of the levels of x and y over n; 0 where either is constant",
  source: 'TA-Lib CORREL',
  priceUnits: false,
  warmup: ({ period }) => [period - 1],
  compute({ series: { x, y } }, { period }) {
    const { xx, xy, yy } = rollingComoments(x, y, period);
    for (let row = period - 1; row < xy.length; row++) {
      const scale = Math.sqrt(xx[row]) * Math.sqrt(yy[row]);
      xy[row] = scale > 0 ? Math.max(-1, Math.min(1, xy[row] / scale)) : 0;
    }
    return [xy];
  },
});
