import type { Membership } from '../membership.ts';

export const gaussian: Membership = {
  type: 'gaussian',
  title: 'Gaussian',
  formula: 'exp(-(x - mean)^2 / (2 sigma^2))',
  source: 'Jang, Sun and Mizutani, Neuro-Fuzzy and Soft Computing (1997), eq. 2.26',
  parameters: ['mean', 'sigma'],
  fault: ([, sigma]) => (sigma > 0 ? null : `sigma must be above 0, not ${sigma}.`),
  degrees(values, [mean, sigma]) {
    const degrees = new Float64Array(values.length);
    for (let i = 0; i < values.length; i++) {
      const distance = (values[i] - mean) / sigma;
      degrees[i] = Math.exp(-0.5 * distance * distance);
    }
    return degrees;
  },
  support([mean, sigma]) {
    const reach = sigma * Math.sqrt(2 * Math.log(100));
    return [mean - reach, mean + reach];
  },
};
