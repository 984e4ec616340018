import type { Bars } from '@stratlab/data/bars.ts';
import { z } from 'zod';
import { returnDeviation } from '../exponential-deviation.ts';
import { classes, defineLabel, FLAT, LONG, SHORT, type Targets } from '../label.ts';
import { averageTrueRange } from '../true-range.ts';

const multiple = z.number().positive().max(100);
const either = {
  max_holding_bars: z.int().min(1).max(10_000).default(24).describe('Bars until the position is given up'),
  mode: z
    .enum(['highlow', 'close'])
    .default('highlow')
    .describe('What reaches a barrier: highs and lows of later bars, or their closes alone'),
};

const byRange = z.strictObject({
  scale: z
    .literal('atr')
    .optional()
    .default('atr')
    .describe('Unit of the barriers: the ATR (Wilder), or close times the deviation of returns'),
  profit_target_atr: multiple.default(2).describe('Upper barrier, in ATRs above the close'),
  stop_loss_atr: multiple.default(1.5).describe('Lower barrier, in ATRs below the close'),
  atr_period: z.int().min(1).max(1000).default(14).describe('Period of the ATR (Wilder) at the bar of entry'),
  ...either,
});

const byVolatility = z.strictObject({
  scale: z.literal('volatility'),
  profit_target: multiple.default(2).describe('scale volatility: upper barrier, in deviations above the close'),
  stop_loss: multiple.default(1.5).describe('scale volatility: lower barrier, in deviations below the close'),
  volatility_span: z
    .int()
    .min(2)
    .max(1000)
    .default(50)
    .describe('scale volatility: span of the exponentially weighted standard deviation of 1-bar returns'),
  ...either,
});

type Parameters = z.output<typeof byRange> | z.output<typeof byVolatility>;

/**
 * What becomes of a long position entered at this close: LONG where the profit target is reached first, SHORT where
 * the stop is, FLAT where neither is within `max_holding_bars`. Bars after the entry count; both barriers in one bar is
 * taken for the stop. NaN during the warm-up of the ATR or deviation, and near the end while undecided.
 */
export const tripleBarrier = defineLabel({
  source: 'triple_barrier',
  title: 'Triple barrier',
  formula:
    'first of high >= close[t] + profit_target_atr ATR[t] and low <= close[t] - stop_loss_atr ATR[t] after t; scale volatility: profit_target close[t] sigma[t] instead',
  citation: 'Lopez de Prado, Advances in Financial Machine Learning (2018), sections 3.3 and 3.4; ATR: Wilder (1978)',
  parameters: z.discriminatedUnion('scale', [byRange, byVolatility]),
  classes: () => classes,
  horizon: ({ max_holding_bars }) => max_holding_bars,
  compute(bars, parameters) {
    const { above, below } = barrierWidths(bars, parameters);
    const { close } = bars;
    const path = parameters.mode === 'close' ? { close, high: close, low: close } : bars;
    return scanBarriers(path, above, below, parameters.max_holding_bars);
  },
});

/** Distances of the barriers from each close, in units of price. */
function barrierWidths(bars: Bars, parameters: Parameters): { above: Float64Array; below: Float64Array } {
  if (parameters.scale === 'atr') {
    const range = averageTrueRange(bars, parameters.atr_period);
    return {
      above: range.map((width) => width * parameters.profit_target_atr),
      below: range.map((width) => width * parameters.stop_loss_atr),
    };
  }
  const deviation = returnDeviation(bars.close, parameters.volatility_span);
  return {
    above: deviation.map((sigma, t) => parameters.profit_target * sigma * bars.close[t]),
    below: deviation.map((sigma, t) => parameters.stop_loss * sigma * bars.close[t]),
  };
}

/**
 * Triple-barrier labels for barriers at any distance, `above` and `below` the close in units of price per bar.
 * NaN where a distance is NaN, and where the bars end before a barrier is reached or the holding limit is over.
 */
export function scanBarriers(
  { close, high, low }: Pick<Bars, 'close' | 'high' | 'low'>,
  above: Float64Array,
  below: Float64Array,
  maxHolding: number,
): Targets {
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
  return { values, ends };
}
