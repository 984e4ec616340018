import type { AnfisSpec } from './layout.ts';

/**
 * A family of fuzzy sets over the numbers at `premises[at…]`. Logarithms, so that a product of many memberships far
 * from every rule does not vanish.
 */
export interface Membership {
  /** ln of the membership of x; finite for every finite x. */
  logarithm(premises: Float64Array, at: number, x: number): number;
  /** Adds `factor` times the derivative of that logarithm by each parameter to `gradient[at…]`. */
  addGradient(gradient: Float64Array, premises: Float64Array, at: number, x: number, factor: number): void;
}

/** exp(-((x - centre) / width)^2 / 2). */
const gaussian: Membership = {
  logarithm(premises, at, x) {
    const z = (x - premises[at]) / premises[at + 1];
    return Math.max(-0.5 * z * z, -1e300);
  },
  addGradient(gradient, premises, at, x, factor) {
    const z = (x - premises[at]) / premises[at + 1];
    const slope = (factor * z) / premises[at + 1];
    gradient[at] += slope;
    gradient[at + 1] += slope * z;
  },
};

/** 1 / (1 + |(x - centre) / width|^(2 slope)), the generalised bell. With t = 2 slope ln|z| its logarithm is -ln(1 + e^t). */
const bell: Membership = {
  logarithm(premises, at, x) {
    const t = 2 * premises[at + 2] * Math.log(Math.abs((x - premises[at]) / premises[at + 1]));
    return t > 0 ? -t - Math.log1p(Math.exp(-t)) : -Math.log1p(Math.exp(t));
  },
  addGradient(gradient, premises, at, x, factor) {
    const distance = x - premises[at];
    if (distance === 0) return;
    const width = premises[at + 1];
    const slope = premises[at + 2];
    const logarithm = Math.log(Math.abs(distance / width));
    const outside = factor / (1 + Math.exp(-2 * slope * logarithm));
    gradient[at] += (2 * slope * outside) / distance;
    gradient[at + 1] += (2 * slope * outside) / width;
    gradient[at + 2] -= 2 * logarithm * outside;
  },
};

export const memberships: Readonly<Record<AnfisSpec['membership'], Membership>> = { bell, gaussian };
