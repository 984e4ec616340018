import type { Bars } from '@stratlab/data/bars.ts';
import { inRuns } from '../in-runs.ts';
import { indicator, period } from '../indicator.ts';
import { warmingUp } from '../rolling.ts';
import { wilderMean } from '../smoothing.ts';
import { span } from '../true-range.ts';

export const adx = indicator({
  type: 'adx',
  title: 'Average directional index',
  category: 'trend',
  parameters: { period: period(14, 2) },
  inputs: {},
  outputs: ['adx', 'plus_di', 'minus_di', 'dx'],
  formula:
    "DI = 100 DM / TR, each summed by Wilder's S - S / n + x from the sum of rows 1 to n - 1; dx = 100 |plus - minus| / (plus + minus), 0 where both are 0; adx = Wilder's mean of dx, seeded with the mean of its first n",
  source: 'W. Wilder, New Concepts in Technical Trading Systems (1978); TA-Lib ADX, PLUS_DI, MINUS_DI, DX',
  priceUnits: false,
  warmup: ({ period }) => [2 * period - 1, period, period, period],
  compute({ bars }, { period }) {
    const { plusDi, minusDi, dx } = directional(bars, period);
    return [wilderMean(dx, period, period), plusDi, minusDi, dx];
  },
});

interface Directional {
  readonly plusDi: Float64Array;
  readonly minusDi: Float64Array;
  readonly dx: Float64Array;
}

function directional(bars: Bars, period: number): Directional {
  const { high, low, close } = bars;
  const rows = high.length;
  const [plusDi, minusDi, dx] = [0, 1, 2].map(() => warmingUp(rows, period));
  let plus = 0;
  let minus = 0;
  let range = 0;
  for (let row = 1; row < Math.min(period, rows); row++) {
    const up = rise(high[row] - high[row - 1]);
    const down = rise(low[row - 1] - low[row]);
    plus += up * Number(up > down);
    minus += down * Number(down > up);
    range += span(high[row], low[row], close[row - 1]);
  }
  const sums = Float64Array.of(plus, minus, range);
  const lines = { plusDi, minusDi, dx };
  inRuns(period, rows, (from, to) => move(bars, 1 / period, sums, lines, from, to));
  return lines;
}

function move(
  { high, low, close }: Bars,
  k: number,
  sums: Float64Array,
  { plusDi, minusDi, dx }: Directional,
  from: number,
  to: number,
): void {
  let plus = sums[0];
  let minus = sums[1];
  let range = sums[2];
  for (let row = from; row < to; row++) {
    const up = rise(high[row] - high[row - 1]);
    const down = rise(low[row - 1] - low[row]);
    plus += up * Number(up > down) - k * plus;
    minus += down * Number(down > up) - k * minus;
    range += span(high[row], low[row], close[row - 1]) - k * range;
    const percent = range > 0 ? 100 / range : 0;
    const moved = plus + minus;
    plusDi[row] = plus * percent;
    minusDi[row] = minus * percent;
    dx[row] = moved > 0 ? 100 * (Math.abs(plus - minus) / moved) : 0;
  }
  sums[0] = plus;
  sums[1] = minus;
  sums[2] = range;
}

/** What is positive of a change, found without a branch: it would be mispredicted half the time. */
function rise(change: number): number {
  return 0.5 * (Math.abs(change) + change);
}
