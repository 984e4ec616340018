import type { Membership } from '../membership.ts';

export const bell: Membership = {
  type: 'bell',
  title: 'Generalised bell',
  formula: '1 / (1 + |(x - centre) / width|^(2 slope))',
  source: 'Jang, ANFIS, IEEE Transactions on Systems, Man and Cybernetics 23(3) (1993)',
  parameters: ['width', 'slope', 'centre'],
  fault([width, slope]) {
    if (!(width > 0)) return `width must be above 0, not ${width}.`;
    return slope > 0 ? null : `slope must be above 0, not ${slope}.`;
  },
  degrees(values, [width, slope, centre]) {
    const degrees = new Float64Array(values.length);
    for (let i = 0; i < values.length; i++) {
      degrees[i] = 1 / (1 + Math.abs((values[i] - centre) / width) ** (2 * slope));
    }
    return degrees;
  },
  support([width, slope, centre]) {
    const reach = width * 99 ** (1 / (2 * slope));
    return [centre - reach, centre + reach];
  },
};
