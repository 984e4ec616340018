import type { Bars } from '@stratlab/data/bars.ts';
import { z } from 'zod';
import { defineLabel, FLAT, type LabelValues, LONG, SHORT } from '../label.ts';
import { averageTrueRange } from '../true-range.ts';

const parameters = z.strictObject({
  profit_target_atr: z.number().positive().max(100).default(2).describe('Upper barrier, in ATRs above the close'),
  stop_loss_atr: z.number().positive().max(100).default(1.5).describe('Lower barrier, in ATRs below the close'),
  max_holding_bars: z.int().min(1).max(10_000).default(24).describe('Bars until the position is given up'),
  atr_period: z.int().min(1).max(1000).default(14).describe('Period of the ATR (Wilder) at the bar of entry'),
});

/**
 * What becomes of a long position entered at this close: LONG where the profit target is reached first, SHORT where
 * the stop is, FLAT where neither is within `max_holding_bars`. Highs and lows of the bars after the entry count; both
 * barriers in one bar is taken for the stop. NaN during the warm-up of the ATR, and near the end while undecided.
 */
export const tripleBarrier = defineLabel({
  source: 'triple_barrier',
  title: 'Triple barrier',
  formula: 'first of high >= close[t] + profit_target_atr ATR[t] and low <= close[t] - stop_loss_atr ATR[t] after t',
  citation: 'Lopez de Prado, Advances in Financial Machine Learning (2018), section 3.4; widths by ATR (Wilder 1978)',
  parameters,
  horizon: ({ max_holding_bars }) => max_holding_bars,
  compute(bars, { profit_target_atr, stop_loss_atr, max_holding_bars, atr_period }) {
    const range = averageTrueRange(bars, atr_period);
    const above = range.map((width) => width * profit_target_atr);
    const below = range.map((width) => width * stop_loss_atr);
    return scanBarriers(bars, above, below, max_holding_bars);
  },
});

/**
 * Triple-barrier labels for barriers at any distance, `above` and `below` the close in units of price per bar.
 * NaN where a distance is NaN, and where the bars end before a barrier is reached or the holding limit is over.
 */
export function scanBarriers(
  { close, high, low }: Pick<Bars, 'close' | 'high' | 'low'>,
  above: Float64Array,
  below: Float64Array,
  maxHolding: number,
): LabelValues {
  const rows = close.length;
  const values = new Float64Array(rows).fill(Number.NaN);
  const ends = new Int32Array(rows).fill(-1);
  for (let t = 0; t < rows; t++) {
    const upper = close[t] + above[t];
    const lower = close[t] - below[t];
    if (Number.isNaN(upper) || Number.isNaN(lower)) continue;
    const last = t + maxHolding;
    let bar = t + 1;
    while (bar < rows && bar < last && low[bar] > lower && high[bar] < upper) bar++;
    if (bar >= rows) continue;
    values[t] = low[bar] <= lower ? SHORT : high[bar] >= upper ? LONG : FLAT;
    ends[t] = bar;
  }
  return { kind: 'classification', values, ends };
}
