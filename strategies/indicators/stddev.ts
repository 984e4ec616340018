import { indicator, period } from '../indicator.ts';
import { rollingDeviation } from '../rolling.ts';

export const stddev = indicator({
  type: 'stddev',
  title: 'Standard deviation',
  category: 'volatility',
  parameters: { period: period(20, 2), ddof: { kind: 'integer', default: 0, min: 0, max: 1 } },
  inputs: { source: 'close' },
  outputs: [],
  formula: 'square root of sum (x - mean)^2 / (n - ddof) over the last n values',
  source: 'TA-Lib STDDEV (ddof 0)',
  priceUnits: true,
  warmup: ({ period }) => [period - 1],
  compute: ({ series }, { period, ddof }) => [rollingDeviation(series.source, period, ddof)],
});
