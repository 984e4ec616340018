import type { Random } from '@stratlab/data/random.ts';
import type { Spans } from './series.ts';

/**
 * Probability of each span to be drawn next: its average uniqueness among the spans drawn so far and itself, over the
 * sum of all (Lopez de Prado 2018, section 4.5.2). `drawn` holds, per bar, how many of the drawn spans cover it.
 */
export function nextProbabilities(spans: Spans, drawn: Float64Array): Float64Array {
  const unique = Float64Array.from(spans.first, (_, i) => uniquenessOf(spans, i, drawn));
  const total = unique.reduce((sum, value) => sum + value, 0);
  return unique.map((value) => value / total);
}

/**
 * Places of `draws` spans drawn with replacement, each draw less likely to fall on bars that are covered already
 * (snippets 4.5.3 and 4.5): a bootstrap for labels that overlap. One draw of `random` each. No span is empty.
 */
export function sequentialBootstrap(spans: Spans, draws: number, random: Random): Int32Array {
  const bars = spans.last.reduce((most, last) => Math.max(most, last), -1) + 1;
  const drawn = new Float64Array(bars);
  const unique = new Float64Array(spans.first.length).fill(1);
  const neighbours = overlaps(spans);
  return Int32Array.from({ length: draws }, () => {
    const chosen = placeAt(unique, random());
    for (let bar = spans.first[chosen]; bar <= spans.last[chosen]; bar++) drawn[bar]++;
    for (const i of neighbours(chosen)) unique[i] = uniquenessOf(spans, i, drawn);
    return chosen;
  });
}

/** Mean of 1 / (1 + times drawn) over the bars of span `i`. */
function uniquenessOf({ first, last }: Spans, i: number, drawn: Float64Array): number {
  let sum = 0;
  for (let bar = first[i]; bar <= last[i]; bar++) sum += 1 / (1 + drawn[bar]);
  return sum / (last[i] - first[i] + 1);
}

/** The place at which the running sum of `sizes` passes this share of the whole. */
function placeAt(sizes: Float64Array, share: number): number {
  const goal = share * sizes.reduce((sum, size) => sum + size, 0);
  let sum = 0;
  for (let place = 0; place < sizes.length - 1; place++) {
    sum += sizes[place];
    if (sum > goal) return place;
  }
  return sizes.length - 1;
}

/** The places of all spans that share a bar with a span, itself included. */
function overlaps({ first, last }: Spans): (place: number) => Iterable<number> {
  const longest = first.reduce((most, from, i) => Math.max(most, last[i] - from), 0);
  const order = Int32Array.from(first.keys()).sort((a, b) => first[a] - first[b]);
  const starts = order.map((place) => first[place]);
  return function* (place) {
    for (let k = firstFrom(starts, first[place] - longest); k < order.length && starts[k] <= last[place]; k++) {
      if (last[order[k]] >= first[place]) yield order[k];
    }
  };
}

/** The first place of the ascending `values` that is at least `least`. */
function firstFrom(values: Int32Array, least: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle] < least) low = middle + 1;
    else high = middle;
  }
  return low;
}
