import { priceSeries } from '@stratlab/data/bars.ts';
import { choice, indicator, period } from '../indicator.ts';
import { rollingSum } from '../rolling.ts';

const DAY = 86_400_000;

export const vwap = indicator({
  type: 'vwap',
  title: 'Volume-weighted average price',
  category: 'volume',
  parameters: { anchor: choice('start', 'session', 'rolling'), period: period(20) },
  inputs: {},
  outputs: [],
  formula:
    'sum of typical price x volume / sum of volume, since the first bar, since the UTC day began, or over n bars (anchor = rolling); undefined without volume',
  source: 'S. Berkowitz, D. Logue and E. Noser, Journal of Finance 43 (1988)',
  priceUnits: true,
  warmup: ({ anchor, period }) => [anchor === 'rolling' ? period - 1 : 0],
  compute({ bars }, { anchor, period }) {
    const { time, volume } = bars;
    const traded = priceSeries(bars, 'hlc3');
    for (let row = 0; row < traded.length; row++) traded[row] *= volume[row];
    if (anchor === 'rolling') return [quotients(rollingSum(traded, period), rollingSum(volume, period))];
    const volumes = Float64Array.from(volume);
    for (let row = 1; row < traded.length; row++) {
      if (anchor === 'session' && Math.floor(time[row] / DAY) !== Math.floor(time[row - 1] / DAY)) continue;
      traded[row] += traded[row - 1];
      volumes[row] += volumes[row - 1];
    }
    return [quotients(traded, volumes)];
  },
});

function quotients(over: Float64Array, under: Float64Array): Float64Array {
  for (let row = 0; row < over.length; row++) over[row] /= under[row];
  return over;
}
