import type { Membership } from '../membership.ts';
import { sDegree } from './s_shaped.ts';

export const zShaped: Membership = {
  type: 'z_shaped',
  title: 'Z-shaped',
  formula: '1 - s_shaped(x; a, b)',
  source: 'Zadeh, Calculus of Fuzzy Restrictions (1975); conventions of scikit-fuzzy zmf',
  parameters: ['a', 'b'],
  fault: ([a, b]) => (a < b ? null : `a < b is broken: a = ${a}, b = ${b}.`),
  degrees(values, [a, b]) {
    const degrees = new Float64Array(values.length);
    for (let i = 0; i < values.length; i++) degrees[i] = 1 - sDegree(values[i], a, b);
    return degrees;
  },
  support: ([, b]) => [Number.NEGATIVE_INFINITY, b],
};
