import type { Bars } from '@stratlab/data/bars.ts';
import { giveBack, takeColumn } from '../columns.ts';
import { indicator, period } from '../indicator.ts';
import { rollingMax, rollingMin, warmingUp } from '../rolling.ts';

export const ichimoku = indicator({
  type: 'ichimoku',
  title: 'Ichimoku cloud',
  category: 'trend',
  parameters: {
    tenkan_period: period(9),
    kijun_period: period(26),
    senkou_b_period: period(52),
    displacement: period(26),
  },
  inputs: {},
  outputs: ['tenkan', 'kijun', 'senkou_a', 'senkou_b', 'senkou_a_raw', 'senkou_b_raw', 'chikou_ref'],
  formula:
    'midpoints of the high-low range over each period; senkou_a_raw = (tenkan + kijun) / 2; senkou_a, senkou_b = the raw spans d bars earlier; chikou_ref = close d bars earlier, to compare with the current close',
  source: 'G. Hosoda (1969)',
  priceUnits: true,
  warmup({ tenkan_period, kijun_period, senkou_b_period, displacement }) {
    const [tenkan, kijun, b] = [tenkan_period - 1, kijun_period - 1, senkou_b_period - 1];
    const a = Math.max(tenkan, kijun);
    return [tenkan, kijun, a + displacement, b + displacement, a, b, displacement];
  },
  compute({ bars }, { tenkan_period, kijun_period, senkou_b_period, displacement }) {
    const tenkan = midpoint(bars, tenkan_period);
    const kijun = midpoint(bars, kijun_period);
    const rawA = takeColumn(tenkan.length);
    for (let row = 0; row < rawA.length; row++) rawA[row] = (tenkan[row] + kijun[row]) / 2;
    const rawB = midpoint(bars, senkou_b_period);
    const [a, b, chikou] = [rawA, rawB, bars.close].map((values) => earlier(values, displacement));
    return [tenkan, kijun, a, b, rawA, rawB, chikou];
  },
});

function midpoint({ high, low }: Bars, period: number): Float64Array {
  const middle = rollingMax(high, period);
  const lowest = rollingMin(low, period);
  for (let row = 0; row < middle.length; row++) middle[row] = (middle[row] + lowest[row]) / 2;
  giveBack(lowest);
  return middle;
}

function earlier(values: Float64Array, bars: number): Float64Array {
  const shifted = warmingUp(values.length, bars);
  if (bars < values.length) shifted.set(values.subarray(0, values.length - bars), bars);
  return shifted;
}
