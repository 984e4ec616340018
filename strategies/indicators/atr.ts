import { indicator, period } from '../indicator.ts';
import { averageTrueRange } from '../true-range.ts';

export const atr = indicator({
  type: 'atr',
  title: 'Average true range',
  category: 'volatility',
  parameters: { period: period(14) },
  inputs: {},
  outputs: [],
  formula:
    "Wilder's mean of max(high, close[1]) - min(low, close[1]), seeded with the mean of its first n from row 1 on",
  source: 'W. Wilder, New Concepts in Technical Trading Systems (1978); TA-Lib ATR',
  priceUnits: true,
  warmup: ({ period }) => [period],
  compute: ({ bars }, { period }) => [averageTrueRange(bars, period)],
});
