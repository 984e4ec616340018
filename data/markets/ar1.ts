import type { Market } from '../market.ts';
import { normal, seededRandom } from '../random.ts';

/** x_t = phi x_{t-1} + sigma z */
export const ar1: Market = {
  name: 'ar1',
  title: 'Returns that carry over, AR(1)',
  edge: 'The sign of the last return: the next one follows it where phi > 0, opposes it where phi < 0.',
  parameters: {
    phi: { default: 0.1, min: -0.95, max: 0.95 },
    sigma: { default: 0.01, min: 1e-6, max: 0.2 },
  },
  source: 'Yule (1927) Philosophical Transactions A 226',
  returns(bars, seed, { phi, sigma }) {
    const random = seededRandom(seed);
    const returns = new Float64Array(bars);
    for (let t = 1; t < bars; t++) returns[t] = phi * returns[t - 1] + sigma * normal(random);
    return returns;
  },
  volatility: (returns, { sigma }) => new Float64Array(returns.length).fill(sigma),
};
