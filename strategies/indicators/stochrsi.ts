import { giveBack } from '../columns.ts';
import { indicator, period } from '../indicator.ts';
import { placeInRange } from '../range-position.ts';
import { rollingMean } from '../rolling.ts';
import { gainBalance } from '../smoothing.ts';

export const stochrsi = indicator({
  type: 'stochrsi',
  title: 'Stochastic RSI',
  category: 'momentum',
  parameters: { rsi_period: period(14, 2), k_period: period(14), d_period: period(3) },
  inputs: { source: 'close' },
  outputs: ['k', 'd'],
  formula:
    'k = 100 (RSI - lowest) / (highest - lowest) of the RSI over k_period (0 where the range is 0); d = SMA(d_period) of k; both start together',
  source: 'T. Chande and S. Kroll, The New Technical Trader (1994); TA-Lib STOCHRSI',
  priceUnits: false,
  warmup({ rsi_period, k_period, d_period }) {
    const rows = rsi_period + k_period + d_period - 2;
    return [rows, rows];
  },
  compute({ series }, { rsi_period, k_period, d_period }) {
    const rsi = gainBalance(series.source, rsi_period, 50, 50);
    const k = placeInRange(rsi, rsi, rsi, k_period, rsi_period);
    const d = rollingMean(k, d_period, rsi_period + k_period - 1);
    giveBack(rsi);
    k.fill(Number.NaN, 0, rsi_period + k_period + d_period - 2);
    return [k, d];
  },
});
