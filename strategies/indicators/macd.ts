import { indicator, period } from '../indicator.ts';
import { warmingUp } from '../rolling.ts';
import { sumOf } from '../smoothing.ts';

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
    const rows = source.length;
    const seeds = Math.max(fast_period, slow_period);
    const start = seeds + signal_period - 2;
    const line = warmingUp(rows, start);
    const signal = warmingUp(rows, start);
    const histogram = warmingUp(rows, start);
    const outputs = [line, signal, histogram];
    if (start >= rows) return outputs;
    const kFast = 2 / (fast_period + 1);
    const kSlow = 2 / (slow_period + 1);
    const kSignal = 2 / (signal_period + 1);
    let fast = sumOf(source, seeds - fast_period, seeds) / fast_period;
    let slow = sumOf(source, seeds - slow_period, seeds) / slow_period;
    let mean = (fast - slow) / signal_period;
    for (let row = seeds; row <= start; row++) {
      fast += kFast * (source[row] - fast);
      slow += kSlow * (source[row] - slow);
      mean += (fast - slow) / signal_period;
    }
    line[start] = fast - slow;
    signal[start] = mean;
    histogram[start] = fast - slow - mean;
    for (let row = start + 1; row < rows; row++) {
      fast += kFast * (source[row] - fast);
      slow += kSlow * (source[row] - slow);
      const difference = fast - slow;
      mean += kSignal * (difference - mean);
      line[row] = difference;
      signal[row] = mean;
      histogram[row] = difference - mean;
    }
    return outputs;
  },
});
