import type { Membership } from '../membership.ts';

export const trapezoidal: Membership = {
  type: 'trapezoidal',
  title: 'Trapezoidal',
  formula:
    '(x - a) / (b - a) from a to b, 1 from b to c, (d - x) / (d - c) from c to d, 0 elsewhere; 1 on a shoulder (a = b or c = d)',
  source: 'Zadeh, Fuzzy Sets, Information and Control 8 (1965); conventions of scikit-fuzzy trapmf',
  parameters: ['a', 'b', 'c', 'd'],
  fault([a, b, c, d]) {
    if (a > b || b > c || c > d) return `a <= b <= c <= d is broken: a = ${a}, b = ${b}, c = ${c}, d = ${d}.`;
    return a === d ? `a and d are both ${a}: the set would hold a single value.` : null;
  },
  degrees(values, [a, b, c, d]) {
    const degrees = new Float64Array(values.length);
    for (let i = 0; i < values.length; i++) degrees[i] = degree(values[i], a, b, c, d);
    return degrees;
  },
  support: ([a, , , d]) => [a, d],
};

function degree(x: number, a: number, b: number, c: number, d: number): number {
  if (x >= b && x <= c) return 1;
  if (x <= a || x >= d) return 0;
  return x < b ? (x - a) / (b - a) : (d - x) / (d - c);
}
