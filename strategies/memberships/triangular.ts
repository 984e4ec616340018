import type { Membership } from '../membership.ts';

export const triangular: Membership = {
  type: 'triangular',
  title: 'Triangular',
  formula:
    '(x - a) / (b - a) from a to b, (c - x) / (c - b) from b to c, 0 elsewhere; 1 at b, also on a shoulder (a = b or b = c)',
  source: 'Zadeh, Fuzzy Sets, Information and Control 8 (1965); conventions of scikit-fuzzy trimf',
  parameters: ['a', 'b', 'c'],
  fault([a, b, c]) {
    if (a > b || b > c) return `a <= b <= c is broken: a = ${a}, b = ${b}, c = ${c}.`;
    return a === c ? `a and c are both ${a}: the set would hold a single value.` : null;
  },
  degrees(values, [a, b, c]) {
    const degrees = new Float64Array(values.length);
    for (let i = 0; i < values.length; i++) degrees[i] = degree(values[i], a, b, c);
    return degrees;
  },
  support: ([a, , c]) => [a, c],
};

function degree(x: number, a: number, b: number, c: number): number {
  if (x === b) return 1;
  if (x <= a || x >= c) return 0;
  return x < b ? (x - a) / (b - a) : (c - x) / (c - b);
}
