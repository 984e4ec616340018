import { takeColumn } from '../columns.ts';
import { choice, indicator, multiplier, period } from '../indicator.ts';
import { exponentialMean } from '../smoothing.ts';
import { averageRangeWarmup, averageTrueRange } from '../true-range.ts';

export const keltner = indicator({
  type: 'keltner',
  title: 'Keltner channel',
  category: 'volatility',
  parameters: {
    period: period(20),
    atr_period: period(10),
    multiplier: multiplier(2),
    seed: choice('sma', 'first'),
    atr: choice('wilder', 'sma'),
  },
  inputs: {},
  outputs: ['upper', 'middle', 'lower'],
  formula:
    "EMA(close) +- k ATR; the EMA seeded with a mean or with the first close, the true range averaged by Wilder's mean (from bar 1) or plainly (from bar 0)",
  source: 'C. Keltner (1960) as modified by L. Raschke',
  priceUnits: true,
  warmup({ period, atr_period, seed, atr }) {
    const middle = seed === 'sma' ? period - 1 : 0;
    const bands = Math.max(middle, averageRangeWarmup(atr_period, atr));
    return [bands, middle, bands];
  },
  compute({ bars }, { period, atr_period, multiplier, seed, atr }) {
    const middle = exponentialMean(bars.close, period, 0, seed);
    const upper = averageTrueRange(bars, atr_period, atr);
    const lower = takeColumn(middle.length);
    for (let row = 0; row < middle.length; row++) {
      const width = multiplier * upper[row];
      upper[row] = middle[row] + width;
      lower[row] = middle[row] - width;
    }
    return [upper, middle, lower];
  },
});
