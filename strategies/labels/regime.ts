import { z } from 'zod';
import { defineLabel } from '../label.ts';
import { rollingDeviation, rollingSum } from '../rolling.ts';

const classes = ['trending_up', 'trending_down', 'ranging', 'volatile'] as const;
const [TRENDING_UP, TRENDING_DOWN, RANGING, VOLATILE] = classes.keys();

const parameters = z.strictObject({
  horizon: z.int().min(2).max(10_000).default(24).describe('Bars ahead that make the regime'),
  trending_threshold: z
    .number()
    .positive()
    .lt(1)
    .default(0.5)
    .describe('Efficiency of the path (net move over distance travelled) beyond which it is a trend'),
  vol_crisis_threshold: z
    .number()
    .positive()
    .max(100)
    .default(2)
    .describe('Deviation of the returns ahead over that of the returns behind beyond which it is volatile'),
  vol_lookback: z.int().min(2).max(10_000).default(120).describe('Bars behind that the volatility is compared with'),
});

/**
 * What kind of market the next `horizon` bars are, judged by the path of their closes against fixed thresholds: volatile
 * first, then a trend by the signed efficiency ratio, else ranging. NaN on the first `vol_lookback` bars. Its classes
 * are no sides: nothing is traded by them.
 */
export const regime = defineLabel({
  source: 'regime',
  title: 'Market regime',
  formula:
    'volatile where sd(log returns of the next horizon bars) > vol_crisis_threshold sd(those of the last vol_lookback); else a trend where |close[t+horizon] - close[t]| / sum |changes between| > trending_threshold; else ranging',
  citation: 'KTRDR (regime_labeler); efficiency ratio: Kaufman, Smarter Trading (1995)',
  parameters,
  classes: () => classes,
  horizon: ({ horizon }) => horizon,
  compute({ close }, { horizon, trending_threshold, vol_crisis_threshold, vol_lookback }) {
    const rows = close.length;
    const values = new Float64Array(rows).fill(Number.NaN);
    const ends = new Int32Array(rows).fill(-1);
    const efficiency = signedEfficiency(close, horizon);
    const ahead = logReturnDeviation(close, horizon);
    const behind = logReturnDeviation(close, vol_lookback);
    for (let t = vol_lookback; t + horizon < rows; t++) {
      const end = t + horizon;
      const wild = ahead[end] > vol_crisis_threshold * behind[t];
      values[t] = wild ? VOLATILE : trend(efficiency[end], trending_threshold);
      ends[t] = end;
    }
    return { values, ends };
  },
});

function trend(efficiency: number, threshold: number): number {
  if (efficiency > threshold) return TRENDING_UP;
  return efficiency < -threshold ? TRENDING_DOWN : RANGING;
}

/** Net move of the last `period` bars over the distance travelled, -1 to 1; 0 where the close stood still. */
function signedEfficiency(close: Float64Array, period: number): Float64Array {
  const distance = rollingSum(
    close.map((price, bar) => (bar === 0 ? 0 : Math.abs(price - close[bar - 1]))),
    period,
    1,
  );
  return distance.map((travelled, bar) => (travelled === 0 ? 0 : (close[bar] - close[bar - period]) / travelled));
}

/** Sample standard deviation of the last `period` log returns; defined from bar `period`. */
function logReturnDeviation(close: Float64Array, period: number): Float64Array {
  const returns = close.map((price, bar) => (bar === 0 ? Number.NaN : Math.log(price / close[bar - 1])));
  const deviation = new Float64Array(close.length).fill(Number.NaN);
  if (close.length > 1) deviation.set(rollingDeviation(returns.subarray(1), period, 1), 1);
  return deviation;
}
