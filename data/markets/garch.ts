import type { Market, MarketParameters } from '../market.ts';
import { normal, seededRandom } from '../random.ts';

/** x = sqrt(h) z, h' = omega + alpha x^2 + beta h, from its long-run mean. */
export const garch: Market = {
  name: 'garch',
  title: 'Volatility clusters, GARCH(1,1)',
  edge: null,
  parameters: {
    omega: { default: 2e-6, min: 1e-12, max: 1e-3 },
    alpha: { default: 0.1, min: 0, max: 0.5 },
    beta: { default: 0.88, min: 0, max: 0.99 },
  },
  source: 'Bollerslev (1986) Journal of Econometrics 31',
  fault: ({ alpha, beta }) => (alpha + beta < 1 ? null : `alpha + beta is ${alpha + beta}; it must be below 1.`),
  returns(bars, seed, parameters) {
    const random = seededRandom(seed);
    const returns = new Float64Array(bars);
    let variance = longRun(parameters);
    for (let t = 1; t < bars; t++) {
      returns[t] = Math.sqrt(variance) * normal(random);
      variance = next(variance, returns[t], parameters);
    }
    return returns;
  },
  volatility(returns, parameters) {
    const volatility = new Float64Array(returns.length);
    let variance = longRun(parameters);
    for (let t = 0; t < returns.length; t++) {
      volatility[t] = Math.sqrt(variance);
      if (t > 0) variance = next(variance, returns[t], parameters);
    }
    return volatility;
  },
};

function longRun({ omega, alpha, beta }: MarketParameters): number {
  return omega / (1 - alpha - beta);
}

function next(variance: number, move: number, { omega, alpha, beta }: MarketParameters): number {
  return omega + alpha * move * move + beta * variance;
}
