import type { Market } from '../market.ts';
import { normal, seededRandom } from '../random.ts';

/** x = sigma z */
export const noise: Market = {
  name: 'noise',
  title: 'Random walk',
  edge: null,
  parameters: { sigma: { default: 0.01, min: 1e-6, max: 0.2 } },
  source: 'Bachelier (1900); geometric, after Osborne (1959) Operations Research 7',
  returns(bars, seed, { sigma }) {
    const random = seededRandom(seed);
    const returns = new Float64Array(bars);
    for (let t = 1; t < bars; t++) returns[t] = sigma * normal(random);
    return returns;
  },
  volatility: (returns, { sigma }) => new Float64Array(returns.length).fill(sigma),
};
