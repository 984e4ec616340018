import { indicator, multiplier, period } from '../indicator.ts';
import { rollingMoments } from '../rolling.ts';

export const percentB = indicator({
  type: 'percent_b',
  title: 'Percent b',
  category: 'volatility',
  parameters: {
    period: period(20, 2),
    multiplier: multiplier(2),
    ddof: { kind: 'integer', default: 0, min: 0, max: 1 },
  },
  inputs: { source: 'close' },
  outputs: [],
  formula: '(x - lower) / (upper - lower) of the Bollinger bands; undefined where they meet',
  source: 'J. Bollinger, Bollinger on Bollinger Bands (2001)',
  priceUnits: false,
  warmup: ({ period }) => [period - 1],
  compute({ series: { source } }, { period, multiplier, ddof }) {
    const { mean, deviation } = rollingMoments(source, period, ddof);
    const position = deviation;
    for (let row = 0; row < mean.length; row++) {
      const width = 2 * multiplier * deviation[row];
      position[row] = width > 0 ? (source[row] - mean[row]) / width + 0.5 : Number.NaN;
    }
    return [position];
  },
});
