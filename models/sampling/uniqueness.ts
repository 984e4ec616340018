import type { Spans } from './series.ts';

/** How many spans cover each of `bars` bars (Lopez de Prado 2018, section 4.3, snippet 4.1). */
export function concurrency({ first, last }: Spans, bars: number): Float64Array {
  const counts = new Float64Array(bars + 1);
  first.forEach((from, i) => {
    if (last[i] < from) return;
    counts[from]++;
    counts[last[i] + 1]--;
  });
  for (let bar = 1; bar <= bars; bar++) counts[bar] += counts[bar - 1];
  return counts.subarray(0, bars);
}

/**
 * Average uniqueness of each span: the mean of 1 / concurrency over its bars (section 4.4, snippet 4.2); 1 where it
 * shares them with none, and for an empty span. `bars` is beyond the last bar of every span.
 */
export function averageUniqueness(spans: Spans, bars: number): Float64Array {
  const { first, last } = spans;
  const before = sumsBefore(concurrency(spans, bars).map((count) => (count === 0 ? 0 : 1 / count)));
  return Float64Array.from(first, (from, i) => {
    const length = last[i] - from + 1;
    return length <= 0 ? 1 : (before[last[i] + 1] - before[from]) / length;
  });
}

/**
 * The part of the returns that is a span's own: |sum of log return / concurrency| over its bars (section 4.5, snippet
 * 4.10), not yet scaled.
 */
export function attributedReturns(spans: Spans, returns: Float64Array): Float64Array {
  const counts = concurrency(spans, returns.length);
  const before = sumsBefore(returns.map((change, bar) => (counts[bar] === 0 ? 0 : change / counts[bar])));
  return Float64Array.from(spans.first, (from, i) => {
    const last = spans.last[i];
    return last < from ? 0 : Math.abs(before[last + 1] - before[from]);
  });
}

/** Sum of the values before each place, and of all of them. */
function sumsBefore(values: Float64Array): Float64Array {
  const sums = new Float64Array(values.length + 1);
  for (let i = 0; i < values.length; i++) sums[i + 1] = sums[i] + values[i];
  return sums;
}
