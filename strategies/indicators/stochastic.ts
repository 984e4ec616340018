import { giveBack } from '../columns.ts';
import { indicator, period } from '../indicator.ts';
import { placeInRange } from '../range-position.ts';
import { rollingMean } from '../rolling.ts';

export const stochastic = indicator({
  type: 'stochastic',
  title: 'Stochastic oscillator',
  category: 'momentum',
  parameters: { k_period: period(14), smooth_k: period(3), d_period: period(3) },
  inputs: {},
  outputs: ['k', 'd'],
  formula:
    'k = SMA(smooth_k) of 100 (close - lowest low) / (highest high - lowest low) over k_period (0 where the range is 0); d = SMA(d_period) of k; both start together',
  source: 'G. Lane; TA-Lib STOCH',
  priceUnits: false,
  warmup({ k_period, smooth_k, d_period }) {
    const rows = k_period + smooth_k + d_period - 3;
    return [rows, rows];
  },
  compute({ bars: { high, low, close } }, { k_period, smooth_k, d_period }) {
    const raw = placeInRange(close, high, low, k_period);
    const k = rollingMean(raw, smooth_k, k_period - 1);
    const d = rollingMean(k, d_period, k_period + smooth_k - 2);
    giveBack(raw);
    k.fill(Number.NaN, 0, k_period + smooth_k + d_period - 3);
    return [k, d];
  },
});
