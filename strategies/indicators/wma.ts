import { indicator, period } from '../indicator.ts';
import { rollingWeightedMean } from '../rolling.ts';

export const wma = indicator({
  type: 'wma',
  title: 'Weighted moving average',
  category: 'trend',
  parameters: { period: period(20) },
  inputs: { source: 'close' },
  outputs: [],
  formula: 'mean of the last n values with weights 1 (oldest) to n (newest)',
  source: 'TA-Lib WMA',
  priceUnits: true,
  warmup: ({ period }) => [period - 1],
  compute: ({ series }, { period }) => [rollingWeightedMean(series.source, period)],
});
