import type { Market, MarketParameters } from '../market.ts';
import { normal, seededRandom } from '../random.ts';

const period = 14;

/** x = delta g + sigma z, g = exp(-((v - lo) / s)^2 / 2) - exp(-((v - hi) / s)^2 / 2) of v, Wilder's RSI(14) one bar before; 0 while it is undefined. */
export const fuzzyRsi: Market = {
  name: 'fuzzy_rsi',
  title: 'A planted fuzzy RSI edge',
  edge: 'Gaussian membership of RSI(14) in oversold (around lo) minus that in overbought (around hi), of width s.',
  parameters: {
    delta: { default: 0.004, min: 0, max: 0.05 },
    lo: { default: 30, min: 1, max: 50 },
    hi: { default: 70, min: 50, max: 99 },
    s: { default: 8, min: 0.5, max: 50 },
    sigma: { default: 0.01, min: 1e-6, max: 0.2 },
  },
  source: 'Made for this lab; the RSI is of Wilder (1978) New Concepts in Technical Trading Systems',
  returns(bars, seed, parameters) {
    const random = seededRandom(seed);
    const returns = new Float64Array(bars);
    const rsi = wilderRsi();
    let close = 100;
    for (let t = 1; t < bars; t++) {
      const pull = parameters.delta * oversoldLessOverbought(rsi.value(), parameters);
      returns[t] = pull + parameters.sigma * normal(random);
      const previous = close;
      close *= Math.exp(returns[t]);
      rsi.add(close - previous);
    }
    return returns;
  },
  volatility: (returns, { sigma }) => new Float64Array(returns.length).fill(sigma),
};

function oversoldLessOverbought(rsi: number, { lo, hi, s }: MarketParameters): number {
  if (Number.isNaN(rsi)) return 0;
  return Math.exp(-0.5 * ((rsi - lo) / s) ** 2) - Math.exp(-0.5 * ((rsi - hi) / s) ** 2);
}

/** Fed with price changes; NaN until it has 14. */
function wilderRsi(): { add(change: number): void; value(): number } {
  let changes = 0;
  let gain = 0;
  let loss = 0;
  return {
    add(change) {
      changes++;
      const weight = 1 / Math.min(changes, period);
      gain += (Math.max(change, 0) - gain) * weight;
      loss += (Math.max(-change, 0) - loss) * weight;
    },
    value: () => (changes < period ? Number.NaN : (100 * gain) / (gain + loss)),
  };
}
