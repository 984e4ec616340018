import { giveBack } from '../columns.ts';
import { choice, indicator, period } from '../indicator.ts';
import { rollingMean, warmingUp } from '../rolling.ts';

const triangle = [1, 2, 2, 1];
const plain = [1, 1, 1, 1];

export const rvi = indicator({
  type: 'rvi',
  title: 'Relative vigor index',
  category: 'momentum',
  parameters: { period: period(10), signal: choice('weighted', 'sma') },
  inputs: {},
  outputs: ['rvi', 'signal'],
  formula:
    'SMA(n) of W(close - open) / SMA(n) of W(high - low), W = (1, 2, 2, 1) / 6 over four bars; signal = W, or the plain mean, of four values; undefined where no bar has a range',
  source: 'J. Ehlers, Relative vigor index, TASC Jan 2002',
  priceUnits: false,
  warmup: ({ period }) => [period + 2, period + 5],
  compute({ bars: { open, high, low, close } }, { period, signal }) {
    const rows = close.length;
    const bodies = new Float64Array(rows);
    const ranges = new Float64Array(rows);
    for (let row = 0; row < rows; row++) {
      bodies[row] = close[row] - open[row];
      ranges[row] = high[row] - low[row];
    }
    const vigor = rollingMean(weigh(bodies, triangle, 0), period, 3);
    const scale = rollingMean(weigh(ranges, triangle, 0), period, 3);
    for (let row = 0; row < rows; row++) vigor[row] /= scale[row];
    giveBack(scale);
    return [vigor, weigh(vigor, signal === 'weighted' ? triangle : plain, period + 2)];
  },
});

/** Weighted mean of four successive values, for values defined from row `first` on. */
function weigh(values: Float64Array, weights: readonly number[], first: number): Float64Array {
  const [a, b, c, d] = weights;
  const total = a + b + c + d;
  const means = warmingUp(values.length, first + 3);
  for (let row = first + 3; row < values.length; row++) {
    means[row] = (a * values[row] + b * values[row - 1] + c * values[row - 2] + d * values[row - 3]) / total;
  }
  return means;
}
