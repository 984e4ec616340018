import { indicator, period } from '../indicator.ts';
import { warmingUp } from '../rolling.ts';
import { trueRange } from '../true-range.ts';

export const adx = indicator({
  type: 'adx',
  title: 'Average directional index',
  category: 'trend',
  parameters: { period: period(14, 2) },
  inputs: {},
  outputs: ['adx', 'plus_di', 'minus_di', 'dx'],
  formula:
    "DI = 100 DM / TR, each summed by Wilder's S - S / n + x; dx = 100 |plus - minus| / (plus + minus), unchanged where both are 0; adx = Wilder's mean of dx",
  source: 'W. Wilder, New Concepts in Technical Trading Systems (1978); TA-Lib ADX, PLUS_DI, MINUS_DI, DX',
  priceUnits: false,
  warmup: ({ period }) => [2 * period - 1, period, period, period],
  compute({ bars }, { period }) {
    const { high, low } = bars;
    const rows = high.length;
    const ranges = trueRange(bars);
    const adx = warmingUp(rows, 2 * period - 1);
    const [plusDi, minusDi, dx] = [0, 1, 2].map(() => warmingUp(rows, period));
    const k = 1 / period;
    let [plus, minus, range, index, mean] = [0, 0, 0, 0, 0];
    for (let row = 1; row < rows; row++) {
      const up = high[row] - high[row - 1];
      const down = low[row - 1] - low[row];
      const decay = row < period ? 0 : k;
      plus += (up > down && up > 0 ? up : 0) - decay * plus;
      minus += (down > up && down > 0 ? down : 0) - decay * minus;
      range += ranges[row] - decay * range;
      if (row < period) continue;
      plusDi[row] = range > 0 ? 100 * (plus / range) : 0;
      minusDi[row] = range > 0 ? 100 * (minus / range) : 0;
      const moved = plus + minus;
      if (moved > 0) {
        index = 100 * (Math.abs(plus - minus) / moved);
        mean += row < 2 * period ? index * k : (index - mean) * k;
      }
      dx[row] = index;
      if (row >= 2 * period - 1) adx[row] = mean;
    }
    return [adx, plusDi, minusDi, dx];
  },
});
