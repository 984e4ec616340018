import { takeColumn } from '../columns.ts';
import { indicator, multiplier, period } from '../indicator.ts';
import { rollingMoments } from '../rolling.ts';

export const bollinger = indicator({
  type: 'bollinger',
  aliases: ['bbands', 'bollingerbands'],
  title: 'Bollinger bands',
  category: 'volatility',
  parameters: {
    period: period(20, 2),
    multiplier: multiplier(2),
    ddof: { kind: 'integer', default: 0, min: 0, max: 1 },
  },
  inputs: { source: 'close' },
  outputs: ['upper', 'middle', 'lower'],
  formula: 'mean of n +- k standard deviations (divisor n - ddof)',
  source: 'J. Bollinger, Bollinger on Bollinger Bands (2001); TA-Lib BBANDS',
  priceUnits: true,
  warmup: ({ period }) => [period - 1, period - 1, period - 1],
  compute({ series }, { period, multiplier, ddof }) {
    const { mean, deviation } = rollingMoments(series.source, period, ddof);
    const upper = takeColumn(mean.length);
    const lower = deviation;
    for (let row = 0; row < mean.length; row++) {
      const width = multiplier * deviation[row];
      upper[row] = mean[row] + width;
      lower[row] = mean[row] - width;
    }
    return [upper, mean, lower];
  },
});
