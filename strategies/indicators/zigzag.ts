import { indicator } from '../indicator.ts';

export const zigzag = indicator({
  type: 'zigzag',
  title: 'Zigzag',
  category: 'price',
  parameters: { threshold: { kind: 'number', default: 0.05, min: 0.0001, max: 0.99 } },
  inputs: { source: 'close' },
  outputs: [],
  formula:
    'price of the last confirmed pivot: a high is confirmed by the first value <= high (1 - threshold), a low by the first >= low (1 + threshold), and shows only from that bar on; never repaints',
  source: 'A. Merrill, Filtered Waves (1977), each pivot dated by its confirmation',
  priceUnits: true,
  warmup: () => [1],
  compute({ series: { source } }, { threshold }) {
    const pivots = new Float64Array(source.length);
    let pivot = Number.NaN;
    let direction = 0;
    let [high, low] = [source[0], source[0]];
    for (let row = 0; row < source.length; row++) {
      const value = source[row];
      if (value > high) high = value;
      if (value < low) low = value;
      if (direction >= 0 && value <= high * (1 - threshold)) {
        direction = -1;
        pivot = high;
        low = value;
      } else if (direction <= 0 && value >= low * (1 + threshold)) {
        direction = 1;
        pivot = low;
        high = value;
      }
      pivots[row] = pivot;
    }
    return [pivots];
  },
});
