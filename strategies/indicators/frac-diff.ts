import { differenceWeights, fractionalDifference } from '../fractional-difference.ts';
import { indicator } from '../indicator.ts';

export const fracDiff = indicator({
  type: 'frac_diff',
  title: 'Fractional difference',
  category: 'statistics',
  parameters: {
    order: { kind: 'number', default: 0.4, min: 0, max: 2 },
    threshold: { kind: 'number', default: 0.001, min: 0.000001, max: 0.5 },
  },
  inputs: { source: 'close' },
  outputs: [],
  formula:
    'sum of w[k] x[k] over the newest values, w[0] = 1, w[k] = -w[k-1] (order - k + 1) / k, as long as |w[k]| >= threshold and for 10,000 bars at most; order 1 is the change, 0 the series itself',
  source: 'M. Lopez de Prado, Advances in Financial Machine Learning (2018), section 5.5: fixed-width window',
  priceUnits: true,
  warmup: ({ order, threshold }) => [differenceWeights(order, threshold).length - 1],
  compute: ({ series: { source } }, { order, threshold }) => [fractionalDifference(source, order, threshold)],
});
