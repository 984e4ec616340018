import { indicator, period } from '../indicator.ts';
import { rollingSlope } from '../rolling.ts';

export const linregSlope = indicator({
  type: 'linreg_slope',
  title: 'Linear regression slope',
  category: 'statistics',
  parameters: { period: period(14, 2) },
  inputs: { source: 'close' },
  outputs: [],
  formula: 'slope per bar of the least-squares line through the last n values',
  source: 'TA-Lib LINEARREG_SLOPE',
  priceUnits: true,
  warmup: ({ period }) => [period - 1],
  compute: ({ series }, { period }) => [rollingSlope(series.source, period)],
});
