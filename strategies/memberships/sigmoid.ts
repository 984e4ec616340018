import type { Membership } from '../membership.ts';

export const sigmoid: Membership = {
  type: 'sigmoid',
  title: 'Sigmoid',
  formula: '1 / (1 + exp(-slope (x - centre))); a negative slope opens to the left',
  source: 'Jang, Sun and Mizutani, Neuro-Fuzzy and Soft Computing (1997), eq. 2.28',
  parameters: ['centre', 'slope'],
  fault: ([, slope]) => (slope === 0 ? 'slope must not be 0: every value would belong by one half.' : null),
  degrees(values, [centre, slope]) {
    const degrees = new Float64Array(values.length);
    for (let i = 0; i < values.length; i++) degrees[i] = 1 / (1 + Math.exp(-slope * (values[i] - centre)));
    return degrees;
  },
  support([centre, slope]) {
    const edge = centre - Math.log(99) / slope;
    return slope > 0 ? [edge, Number.POSITIVE_INFINITY] : [Number.NEGATIVE_INFINITY, edge];
  },
};
