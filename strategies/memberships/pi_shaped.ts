import type { Membership } from '../membership.ts';
import { sDegree } from './s_shaped.ts';

export const piShaped: Membership = {
  type: 'pi_shaped',
  title: 'Pi-shaped',
  formula: 's_shaped(x; a, b) up to b, 1 from b to c, z_shaped(x; c, d) from c',
  source: 'Zadeh, Calculus of Fuzzy Restrictions (1975); conventions of scikit-fuzzy pimf',
  parameters: ['a', 'b', 'c', 'd'],
  fault: ([a, b, c, d]) =>
    a < b && b <= c && c < d ? null : `a < b <= c < d is broken: a = ${a}, b = ${b}, c = ${c}, d = ${d}.`,
  degrees(values, [a, b, c, d]) {
    const degrees = new Float64Array(values.length);
    for (let i = 0; i < values.length; i++) {
      degrees[i] = values[i] < c ? sDegree(values[i], a, b) : 1 - sDegree(values[i], c, d);
    }
    return degrees;
  },
  support: ([a, , , d]) => [a, d],
};
