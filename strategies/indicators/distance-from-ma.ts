import { choice, indicator, period } from '../indicator.ts';
import { movingAverage } from '../smoothing.ts';

export const distanceFromMa = indicator({
  type: 'distance_from_ma',
  title: 'Distance from a moving average',
  category: 'trend',
  parameters: { ma: choice('sma', 'ema'), period: period(20) },
  inputs: { source: 'close' },
  outputs: [],
  formula: '100 (x - MA) / MA; undefined where MA is 0',
  source: 'KTRDR',
  priceUnits: false,
  warmup: ({ period }) => [period - 1],
  compute({ series: { source } }, { ma, period }) {
    const distance = movingAverage(source, period, ma);
    for (let row = 0; row < distance.length; row++) {
      const mean = distance[row];
      distance[row] = mean === 0 ? Number.NaN : 100 * ((source[row] - mean) / mean);
    }
    return [distance];
  },
});
