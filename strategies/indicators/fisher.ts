import { priceSeries } from '@stratlab/data/bars.ts';
import { choice, indicator, period } from '../indicator.ts';
import { rollingMax, rollingMin, warmingUp } from '../rolling.ts';
import { exponentialMean } from '../smoothing.ts';

export const fisher = indicator({
  type: 'fisher',
  title: 'Fisher transform',
  category: 'momentum',
  parameters: { variant: choice('ehlers', 'ema'), period: period(10, 2), smoothing: period(3) },
  inputs: {},
  outputs: ['fisher', 'trigger'],
  formula:
    'p = (high + low) / 2. ehlers: v = 0.66 (place of p in its range over n - 0.5) + 0.67 v[1], held within 0.999, F = atanh(v) + 0.5 F[1]. ema: EMA(smoothing), seeded with the first value, of atanh(2 place of p between lowest low and highest high - 1). trigger = fisher[1]',
  source: 'J. Ehlers, Using the Fisher transform, TASC Nov 2002',
  priceUnits: false,
  warmup: ({ period }) => [period - 1, period],
  compute({ bars }, { variant, period, smoothing }) {
    const { high, low } = bars;
    const price = priceSeries(bars, 'hl2');
    const fisher =
      variant === 'ehlers'
        ? recursive(centredPlace(price, price, price, period), period - 1)
        : smoothed(centredPlace(price, high, low, period), period - 1, smoothing);
    const trigger = warmingUp(price.length, period);
    for (let row = period; row < price.length; row++) trigger[row] = fisher[row - 1];
    return [fisher, trigger];
  },
});

/** Place of the price in its range over `period` bars, from -0.5 (bottom) to 0.5 (top); 0 where there is no range. */
function centredPlace(price: Float64Array, high: Float64Array, low: Float64Array, period: number): Float64Array {
  const place = rollingMax(high, period);
  const lowest = rollingMin(low, period);
  for (let row = period - 1; row < price.length; row++) {
    const range = place[row] - lowest[row];
    place[row] = range === 0 ? 0 : (price[row] - lowest[row]) / range - 0.5;
  }
  return place;
}

function recursive(place: Float64Array, start: number): Float64Array {
  let v = 0;
  let fisher = 0;
  for (let row = start; row < place.length; row++) {
    v = 0.66 * place[row] + 0.67 * v;
    if (Math.abs(v) > 0.99) v = Math.sign(v) * 0.999;
    fisher = inverseTanh(v) + 0.5 * fisher;
    place[row] = fisher;
  }
  return place;
}

function smoothed(place: Float64Array, start: number, smoothing: number): Float64Array {
  for (let row = start; row < place.length; row++) {
    place[row] = inverseTanh(Math.max(-0.999, Math.min(0.999, 2 * place[row])));
  }
  return exponentialMean(place, smoothing, start, 'first');
}

function inverseTanh(x: number): number {
  return 0.5 * Math.log((1 + x) / (1 - x));
}
