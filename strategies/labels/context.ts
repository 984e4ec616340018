import { z } from 'zod';
import { defineLabel } from '../label.ts';

const classes = ['bullish', 'neutral', 'bearish'] as const;
const [BULLISH, NEUTRAL, BEARISH] = classes.keys();

const parameters = z.strictObject({
  horizon: z.int().min(1).max(10_000).default(5).describe('Bars ahead: 5 is a week of daily bars'),
  bullish_threshold: z.number().min(0).max(10).default(0.005).describe('Return above which the market is bullish'),
  bearish_threshold: z.number().min(-1).max(0).default(-0.005).describe('Return below which it is bearish'),
});

/**
 * Where the market as a whole goes: the simple return over the next `horizon` bars of the strategy's own timeframe,
 * which is a high one for a model that is to gate others. Its classes are no sides: nothing is traded by them.
 */
export const context = defineLabel({
  source: 'context',
  title: 'Context of the market',
  formula:
    'close[t+horizon] / close[t] - 1: bullish above bullish_threshold, bearish below bearish_threshold, else neutral',
  citation: 'KTRDR (context_labeler): trend direction of the higher timeframe as a gate for signal models',
  parameters,
  classes: () => classes,
  horizon: ({ horizon }) => horizon,
  compute({ close }, { horizon, bullish_threshold, bearish_threshold }) {
    const rows = close.length;
    const values = new Float64Array(rows).fill(Number.NaN);
    const ends = new Int32Array(rows).fill(-1);
    for (let t = 0; t + horizon < rows; t++) {
      const change = close[t + horizon] / close[t] - 1;
      values[t] = change > bullish_threshold ? BULLISH : change < bearish_threshold ? BEARISH : NEUTRAL;
      ends[t] = t + horizon;
    }
    return { values, ends };
  },
});
