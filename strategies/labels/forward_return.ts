import { barCount } from '@stratlab/data/bars.ts';
import { z } from 'zod';
import { classes, defineLabel, FLAT, LONG, SHORT } from '../label.ts';

const parameters = z.strictObject({
  horizon: z.int().min(1).max(10_000).default(20).describe('Bars ahead'),
  threshold: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe('Return beyond which the class is long or short; none: the return itself is learnt'),
});

/**
 * The simple return from this close to the close `horizon` bars later, as a fraction. Without a threshold the target
 * is that return (regression); with one, LONG above it, SHORT below minus it, FLAT between.
 */
export const forwardReturn = defineLabel({
  source: 'forward_return',
  title: 'Forward return',
  formula: 'close[t+horizon] / close[t] - 1; classes by +threshold and -threshold where one is given',
  citation: 'Lopez de Prado, Advances in Financial Machine Learning (2018), section 3.2',
  parameters,
  classes: ({ threshold }) => (threshold === undefined ? null : classes),
  horizon: ({ horizon }) => horizon,
  compute(bars, { horizon, threshold }) {
    const rows = barCount(bars);
    const values = new Float64Array(rows).fill(Number.NaN);
    const ends = new Int32Array(rows).fill(-1);
    for (let t = 0; t + horizon < rows; t++) {
      const change = bars.close[t + horizon] / bars.close[t] - 1;
      values[t] = threshold === undefined ? change : side(change, threshold);
      ends[t] = t + horizon;
    }
    return { values, ends };
  },
});

function side(change: number, threshold: number): number {
  if (change > threshold) return LONG;
  return change < -threshold ? SHORT : FLAT;
}
