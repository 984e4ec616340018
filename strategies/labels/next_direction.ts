import { barCount } from '@stratlab/data/bars.ts';
import { z } from 'zod';
import { classes, defineLabel, FLAT, LONG, SHORT } from '../label.ts';

const parameters = z.strictObject({});

/** The sign of the next bar's close-to-close change: LONG up, SHORT down, FLAT only where it is exactly 0. */
export const nextDirection = defineLabel({
  source: 'next_direction',
  title: 'Direction of the next bar',
  formula: 'sign(close[t+1] - close[t])',
  citation: 'Lopez de Prado, Advances in Financial Machine Learning (2018), section 3.2, fixed horizon of one bar',
  parameters,
  classes: () => classes,
  horizon: () => 1,
  compute(bars) {
    const rows = barCount(bars);
    const values = new Float64Array(rows).fill(Number.NaN);
    const ends = new Int32Array(rows).fill(-1);
    for (let t = 0; t + 1 < rows; t++) {
      const change = bars.close[t + 1] - bars.close[t];
      values[t] = change > 0 ? LONG : change < 0 ? SHORT : FLAT;
      ends[t] = t + 1;
    }
    return { values, ends };
  },
});
