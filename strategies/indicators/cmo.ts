import { indicator, period } from '../indicator.ts';
import { gainBalance } from '../smoothing.ts';

export const cmo = indicator({
  type: 'cmo',
  title: 'Chande momentum oscillator',
  category: 'momentum',
  parameters: { period: period(14, 2) },
  inputs: { source: 'close' },
  outputs: [],
  formula:
    "100 (G - L) / (G + L), Wilder's means (not sums) of gains and losses, seeded with the mean of the first n changes; 0 where G + L = 0",
  source: 'TA-Lib CMO; after T. Chande and S. Kroll, The New Technical Trader (1994)',
  priceUnits: false,
  warmup: ({ period }) => [period],
  compute: ({ series }, { period }) => [gainBalance(series.source, period, 0, 100)],
});
