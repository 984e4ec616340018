import { indicator, period } from '../indicator.ts';
import { gainBalance } from '../smoothing.ts';

export const rsi = indicator({
  type: 'rsi',
  title: 'Relative strength index',
  category: 'momentum',
  parameters: { period: period(14, 2) },
  inputs: { source: 'close' },
  outputs: [],
  formula:
    "100 G / (G + L), Wilder's means of gains and losses, seeded with the mean of the first n changes; 0 where G + L = 0",
  source: 'W. Wilder, New Concepts in Technical Trading Systems (1978); TA-Lib RSI',
  priceUnits: false,
  warmup: ({ period }) => [period],
  compute: ({ series }, { period }) => [gainBalance(series.source, period, 50, 50)],
});
