import type { Market } from '../market.ts';
import { normal, seededRandom } from '../random.ts';

/** x = s drift + sigma z; the hidden state s, at first +1, changes sign before a bar with probability 1 - stay. */
export const regime: Market = {
  name: 'regime',
  title: 'Hidden rising and falling regimes',
  edge: 'The hidden state, which has to be inferred from past returns: slow trends in both directions.',
  parameters: {
    drift: { default: 0.0015, min: 0, max: 0.05 },
    stay: { default: 0.98, min: 0.5, max: 0.9999 },
    sigma: { default: 0.01, min: 1e-6, max: 0.2 },
  },
  source: 'Hamilton (1989) Econometrica 57',
  returns(bars, seed, { drift, stay, sigma }) {
    const random = seededRandom(seed);
    const returns = new Float64Array(bars);
    let state = 1;
    for (let t = 1; t < bars; t++) {
      if (random() > stay) state = -state;
      returns[t] = state * drift + sigma * normal(random);
    }
    return returns;
  },
  volatility: (returns, { sigma }) => new Float64Array(returns.length).fill(sigma),
};
