import { indicator, period } from '../indicator.ts';
import { rollingMean } from '../rolling.ts';

export const sma = indicator({
  type: 'sma',
  title: 'Simple moving average',
  category: 'trend',
  parameters: { period: period(20) },
  inputs: { source: 'close' },
  outputs: [],
  formula: 'mean of the last n values',
  source: 'TA-Lib SMA',
  priceUnits: true,
  warmup: ({ period }) => [period - 1],
  compute: ({ series }, { period }) => [rollingMean(series.source, period)],
});
