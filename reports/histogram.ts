import { extent, roundStep, same } from './scale.ts';

export interface Histogram {
  /** Bin k holds values from `edges[k]` to below `edges[k + 1]`; one edge is 0 where the range holds 0. */
  edges: number[];
  counts: number[];
  width: number;
  /** Finite values, their mean and standard deviation (n - 1). */
  total: number;
  mean: number;
  deviation: number;
  /** Values beyond `reach` standard deviations, counted in the outermost bins. */
  beyond: number;
}

/** About `bins` bins of round width, over at most `reach` standard deviations around the mean; null without values. */
export function histogram(values: ArrayLike<number>, bins: number, reach = 6): Histogram | null {
  const range = extent(values);
  if (range === null) return null;
  const { total, mean, deviation } = spread(values);
  const low = Math.max(range[0], mean - reach * deviation);
  const high = Math.min(range[1], mean + reach * deviation);
  const width = roundStep(same(low, high) ? Math.max(Math.abs(mean) / 10, 1e-90) : (high - low) / bins);
  const first = Math.floor(low / width + 1e-9);
  const length = Math.max(1, Math.floor(high / width + 1e-9) - first + 1);
  const counts = new Array<number>(length).fill(0);
  let beyond = 0;
  for (let row = 0; row < values.length; row++) {
    const value = values[row];
    if (!Number.isFinite(value)) continue;
    if (value < low || value > high) beyond++;
    counts[Math.min(length - 1, Math.max(0, Math.floor(value / width + 1e-9) - first))]++;
  }
  const edges = Array.from({ length: length + 1 }, (_, k) => Number(((first + k) * width).toPrecision(12)));
  return { edges, counts, width, total, mean, deviation, beyond };
}

function spread(values: ArrayLike<number>): { total: number; mean: number; deviation: number } {
  let total = 0;
  let mean = 0;
  let squares = 0;
  for (let row = 0; row < values.length; row++) {
    const value = values[row];
    if (!Number.isFinite(value)) continue;
    total++;
    const difference = value - mean;
    mean += difference / total;
    squares += difference * (value - mean);
  }
  return { total, mean, deviation: total > 1 ? Math.sqrt(squares / (total - 1)) : 0 };
}
