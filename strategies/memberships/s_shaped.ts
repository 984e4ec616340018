import type { Membership } from '../membership.ts';

export const sShaped: Membership = {
  type: 's_shaped',
  title: 'S-shaped',
  formula: '0 up to a, 2 ((x - a) / (b - a))^2 to the middle, 1 - 2 ((x - b) / (b - a))^2 to b, 1 from b',
  source: 'Zadeh, Calculus of Fuzzy Restrictions (1975); conventions of scikit-fuzzy smf',
  parameters: ['a', 'b'],
  fault: ([a, b]) => (a < b ? null : `a < b is broken: a = ${a}, b = ${b}.`),
  degrees(values, [a, b]) {
    const degrees = new Float64Array(values.length);
    for (let i = 0; i < values.length; i++) degrees[i] = sDegree(values[i], a, b);
    return degrees;
  },
  support: ([a]) => [a, Number.POSITIVE_INFINITY],
};

/** The S curve at one value: two parabolas that meet half-way between a and b. */
export function sDegree(x: number, a: number, b: number): number {
  if (x <= a) return 0;
  if (x >= b) return 1;
  const risen = (x - a) / (b - a);
  const left = (b - x) / (b - a);
  return risen <= 0.5 ? 2 * risen * risen : 1 - 2 * left * left;
}
