import type { Random } from '@stratlab/data/random.ts';
import type { Spans } from './series.ts';
import { SumTree } from './sum-tree.ts';

/**
 * Places of `draws` spans drawn with replacement, each with a probability proportional to its uniqueness beside those
 * drawn before it (Lopez de Prado 2018, section 4.5, snippet 4.5): a bootstrap for labels that overlap, which would
 * otherwise be drawn over and over. One draw of `random` each.
 */
export function sequentialBootstrap(spans: Spans, draws: number, random: Random): Int32Array {
  const bars = spans.last.reduce((most, last) => Math.max(most, last), -1) + 1;
  const drawn = new Float64Array(bars);
  const unique = new SumTree(new Float64Array(spans.first.length).fill(1));
  const neighbours = overlaps(spans);
  return Int32Array.from({ length: draws }, () => {
    const chosen = unique.placeAt(random());
    for (let bar = spans.first[chosen]; bar <= spans.last[chosen]; bar++) drawn[bar]++;
    for (const i of neighbours(chosen)) unique.resize(i, uniquenessBeside(spans, i, drawn));
    return chosen;
  });
}

/** Mean of 1 / (1 + times covered) over the bars of span `i`; 1 for an empty span. `drawn` counts the covers per bar. */
export function uniquenessBeside({ first, last }: Spans, i: number, drawn: Float64Array): number {
  if (last[i] < first[i]) return 1;
  let sum = 0;
  for (let bar = first[i]; bar <= last[i]; bar++) sum += 1 / (1 + drawn[bar]);
  return sum / (last[i] - first[i] + 1);
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
