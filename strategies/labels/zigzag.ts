import { z } from 'zod';
import { classes, defineLabel, FLAT, LONG, SHORT, type Targets } from '../label.ts';

const parameters = z.strictObject({
  zigzag_threshold: z
    .number()
    .positive()
    .lt(1)
    .default(0.025)
    .describe('Reversal that confirms a pivot, as a fraction'),
  label_lookahead: z.int().min(1).max(10_000).default(20).describe('Bars within which the swing must be settled'),
});

/**
 * The direction of the zigzag swing that a bar belongs to. Pivots are on the close: a high is confirmed by the first
 * close at or below high (1 - threshold), a low by the first close at or above low (1 + threshold). A bar from a low
 * pivot to before the next high pivot is LONG, from a high to before the next low SHORT, before the first pivot FLAT.
 *
 * That direction is settled by the first later bar that either confirms the pivot the bar belongs to, or makes a new
 * extreme of the confirmed swing; `ends` is that bar. Where it takes more than `label_lookahead` bars the label is
 * FLAT and ends at the limit: nothing happened soon enough to be traded. NaN near the end while neither is known.
 */
export const zigzag = defineLabel({
  source: 'zigzag',
  title: 'Zigzag swing',
  formula:
    'LONG from a low pivot to the next high pivot, SHORT from a high to the next low, if settled within label_lookahead',
  citation: 'KTRDR v3 (zigzag_threshold, label_lookahead); pivots as the non-repainting zigzag on closes',
  parameters,
  classes: () => classes,
  horizon: ({ label_lookahead }) => label_lookahead,
  compute: ({ close }, { zigzag_threshold, label_lookahead }) =>
    withinReach(swings(close, zigzag_threshold), label_lookahead),
});

/** Labels without a limit on how far they look; NaN from the last extreme on. */
function swings(close: Float64Array, threshold: number): Targets {
  const rows = close.length;
  const values = new Float64Array(rows).fill(Number.NaN);
  const ends = new Int32Array(rows).fill(-1);
  const settle = (from: number, bar: number, side: number) => {
    values.fill(side, from, bar);
    ends.fill(bar, from, bar);
  };
  let side = FLAT;
  let high = 0;
  let low = 0;
  for (let bar = 1; bar < rows; bar++) {
    if (side !== SHORT && close[bar] <= close[high] * (1 - threshold)) {
      if (side === FLAT) settle(0, bar, FLAT);
      settle(high, bar, SHORT);
      side = SHORT;
      low = bar;
    } else if (side !== LONG && close[bar] >= close[low] * (1 + threshold)) {
      if (side === FLAT) settle(0, bar, FLAT);
      settle(low, bar, LONG);
      side = LONG;
      high = bar;
    } else if (side !== SHORT && close[bar] > close[high]) {
      if (side === LONG) settle(high, bar, LONG);
      high = bar;
    } else if (side !== LONG && close[bar] < close[low]) {
      if (side === SHORT) settle(low, bar, SHORT);
      low = bar;
    }
  }
  return { values, ends };
}

/** In place: FLAT, ending `lookahead` bars later, where a label takes longer than that. */
function withinReach(labels: Targets, lookahead: number): Targets {
  const { values, ends } = labels;
  for (let t = 0; t < ends.length; t++) {
    const limit = t + lookahead;
    if (ends[t] !== -1 && ends[t] <= limit) continue;
    const known = limit < ends.length;
    values[t] = known ? FLAT : Number.NaN;
    ends[t] = known ? limit : -1;
  }
  return labels;
}
