import { type Random, seededRandom, shuffle } from '@stratlab/data/random.ts';

/** A bootstrap of fewer blocks says nothing. */
export const fewestBlocks = 10;
const mostBlocks = 250;
const draws = 999;

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * Where consecutive blocks of rows begin, and last the number of rows. A block is `span` rows, or the cube root of the
 * rows where that is more (the rate of Hall, Horowitz and Jing 1995), so that what depends on each other stays together;
 * longer where there would be more than 250 blocks.
 */
export function blocksOf(rows: number, span: number): Int32Array {
  const length = Math.max(1, Math.ceil(span), Math.ceil(Math.cbrt(rows)), Math.ceil(rows / mostBlocks));
  const count = Math.max(1, Math.floor(rows / length));
  return Int32Array.from({ length: count + 1 }, (_, k) => (k === count ? rows : k * length));
}

/** For each row the row whose values it gets when the blocks change places at random. */
export function shuffledBlocks(blocks: Int32Array, random: Random): Int32Array {
  const count = blocks.length - 1;
  const order = Int32Array.from({ length: count }, (_, k) => k);
  shuffle(order, random);
  const sources = new Int32Array(blocks[count]);
  let at = 0;
  for (const block of order) for (let row = blocks[block]; row < blocks[block + 1]; row++) sources[at++] = row;
  return sources;
}

/** The sum of a value per row in each block. */
export function blockSums(blocks: Int32Array, values: ArrayLike<number>): Float64Array {
  const sums = new Float64Array(blocks.length - 1);
  for (let k = 0; k < sums.length; k++) for (let row = blocks[k]; row < blocks[k + 1]; row++) sums[k] += values[row];
  return sums;
}

/**
 * 90 % percentile intervals of statistics of blocks drawn with replacement (Carlstein 1986, non-overlapping blocks; 999
 * draws, Davison and Hinkley 1997, 5.3.1). `statistics` is told how often each block was drawn and may draw on. Null
 * for fewer than ten blocks, and for a statistic that is not a number in every draw.
 */
export function blockIntervals(
  blocks: Int32Array,
  seed: number,
  statistics: (counts: Float64Array, random: Random) => readonly number[],
): (Interval | null)[] {
  const count = blocks.length - 1;
  const random = seededRandom(seed);
  const found = Array.from({ length: draws }, () => statistics(drawnCounts(count, random), random));
  return found[0].map((_, which) => {
    const values = Float64Array.from(found, (drawn) => drawn[which]).sort();
    if (count < fewestBlocks || Number.isNaN(values[draws - 1])) return null;
    const rank = (draws + 1) * 0.05;
    return { low: values[rank - 1], high: values[draws - rank] };
  });
}

/** How often each of `count` things is drawn in as many draws with replacement. */
export function drawnCounts(count: number, random: Random): Float64Array {
  const counts = new Float64Array(count);
  for (let k = 0; k < count; k++) counts[Math.floor(random() * count)]++;
  return counts;
}
