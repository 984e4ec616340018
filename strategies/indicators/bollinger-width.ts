import { indicator, multiplier, period } from '../indicator.ts';
import { rollingMoments } from '../rolling.ts';

export const bollingerWidth = indicator({
  type: 'bollinger_width',
  aliases: ['bollingerbandwidth'],
  title: 'Bollinger band width',
  category: 'volatility',
  parameters: {
    period: period(20, 2),
    multiplier: multiplier(2),
    ddof: { kind: 'integer', default: 0, min: 0, max: 1 },
  },
  inputs: { source: 'close' },
  outputs: [],
  formula: '(upper - lower) / middle of the Bollinger bands; undefined where the middle is 0',
  source: 'J. Bollinger, Bollinger on Bollinger Bands (2001)',
  priceUnits: false,
  warmup: ({ period }) => [period - 1],
  compute({ series }, { period, multiplier, ddof }) {
    const { mean, deviation } = rollingMoments(series.source, period, ddof);
    const width = deviation;
    for (let row = 0; row < mean.length; row++) {
      width[row] = mean[row] === 0 ? Number.NaN : (2 * multiplier * deviation[row]) / mean[row];
    }
    return [width];
  },
});
