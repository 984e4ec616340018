import { indicator, period } from '../indicator.ts';
import { exponentialMean } from '../smoothing.ts';

export const ema = indicator({
  type: 'ema',
  title: 'Exponential moving average',
  category: 'trend',
  parameters: { period: period(20) },
  inputs: { source: 'close' },
  outputs: [],
  formula: 'E + k (x - E), k = 2 / (n + 1), seeded with the mean of the first n values',
  source: 'TA-Lib EMA',
  priceUnits: true,
  warmup: ({ period }) => [period - 1],
  compute: ({ series }, { period }) => [exponentialMean(series.source, period)],
});
