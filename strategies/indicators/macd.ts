import { inRuns } from '../in-runs.ts';
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
    const [line, signal, histogram] = [0, 1, 2].map(() => warmingUp(rows, start));
    if (start >= rows) return [line, signal, histogram];
    let fast = sumOf(source, seeds - fast_period, seeds) / fast_period;
    let slow = sumOf(source, seeds - slow_period, seeds) / slow_period;
    let sum = fast - slow;
    const rates = { fast: 2 / (fast_period + 1), slow: 2 / (slow_period + 1), signal: 2 / (signal_period + 1) };
    for (let row = seeds; row <= start; row++) {
      fast += rates.fast * (source[row] - fast);
      slow += rates.slow * (source[row] - slow);
      sum += fast - slow;
    }
    line[start] = fast - slow;
    signal[start] = sum / signal_period;
    histogram[start] = line[start] - signal[start];
    const means = Float64Array.of(fast, slow, signal[start]);
    const lines = { line, signal, histogram };
    inRuns(start + 1, rows, (from, to) => converge(source, rates, means, lines, from, to));
    return [line, signal, histogram];
  },
});

interface Rates {
  readonly fast: number;
  readonly slow: number;
  readonly signal: number;
}

interface Lines {
  readonly line: Float64Array;
  readonly signal: Float64Array;
  readonly histogram: Float64Array;
}

/** The three exponential means in step, two rows at a time as in `smoothing.ts`. */
function converge(
  source: Float64Array,
  rates: Rates,
  means: Float64Array,
  { line, signal, histogram }: Lines,
  from: number,
  to: number,
): void {
  const { fast: kFast, slow: kSlow, signal: kSignal } = rates;
  const bothFast = 1 - (1 - kFast) ** 2;
  const bothSlow = 1 - (1 - kSlow) ** 2;
  const bothSignal = 1 - (1 - kSignal) ** 2;
  let fast = means[0];
  let slow = means[1];
  let mean = means[2];
  for (let row = from; row < to; row += 2) {
    const value = source[row];
    const gapFast = value - fast;
    const gapSlow = value - slow;
    const difference = fast + kFast * gapFast - (slow + kSlow * gapSlow);
    const gap = difference - mean;
    line[row] = difference;
    signal[row] = mean + kSignal * gap;
    histogram[row] = difference - signal[row];
    if (row + 1 === to) break;
    const rise = source[row + 1] - value;
    fast = fast + kFast * rise + bothFast * gapFast;
    slow = slow + kSlow * rise + bothSlow * gapSlow;
    const next = fast - slow;
    mean = mean + kSignal * (next - difference) + bothSignal * gap;
    line[row + 1] = next;
    signal[row + 1] = mean;
    histogram[row + 1] = next - mean;
  }
  means[0] = fast;
  means[1] = slow;
  means[2] = mean;
}
