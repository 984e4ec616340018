import { indicator, period } from '../indicator.ts';
import { exponentialMean } from '../smoothing.ts';

export const macd = indicator({
  type: 'macd',
  title: 'Moving average convergence/divergence',
  category: 'momentum',
  parameters: { fast_period: period(12), slow_period: period(26), signal_period: period(9) },
  inputs: { source: 'close' },
  outputs: ['line', 'signal', 'histogram'],
  formula:
    'line = EMA(fast) - EMA(slow), both seeded so that they start on the same row; signal = EMA of the line; histogram = line - signal',
  source: 'G. Appel (1979); TA-Lib MACD',
  priceUnits: true,
  warmup({ fast_period, slow_period, signal_period }) {
    const rows = Math.max(fast_period, slow_period) + signal_period - 2;
    return [rows, rows, rows];
  },
  compute({ series: { source } }, { fast_period, slow_period, signal_period }) {
    const longest = Math.max(fast_period, slow_period);
    const line = exponentialMean(source, fast_period, longest - fast_period);
    const slow = exponentialMean(source, slow_period, longest - slow_period);
    for (let row = 0; row < line.length; row++) line[row] -= slow[row];
    const signal = exponentialMean(line, signal_period, longest - 1);
    line.fill(Number.NaN, 0, longest + signal_period - 2);
    const histogram = slow;
    for (let row = 0; row < line.length; row++) histogram[row] = line[row] - signal[row];
    return [line, signal, histogram];
  },
});
