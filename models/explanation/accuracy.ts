import { blockIntervals, blockSums, type Interval } from './blocks.ts';
import type { Outcome } from './task.ts';

export interface Accuracy {
  readonly rows: number;
  readonly accuracy: number;
  readonly interval: Interval | null;
  /** The most frequent true class of these rows, which no constant answer beats, and its share. */
  readonly majorityClass: string;
  readonly majorityAccuracy: number;
  /** Accuracy less that share, row by row on the same rows. */
  readonly lead: number;
  readonly leadInterval: Interval | null;
  /** Mean recall of the classes that occur. */
  readonly balancedAccuracy: number;
  /** confusion[truth][said] counts rows. */
  readonly confusion: number[][];
}

/** Of at least one row. Intervals are of 90 %, by block bootstrap; null where the rows are too few for one. */
export function accuracyOf({ classes, said, truth }: Outcome, blocks: Int32Array, seed: number): Accuracy {
  const confusion = classes.map(() => new Array<number>(classes.length).fill(0));
  truth.forEach((own, row) => {
    confusion[own][said[row]]++;
  });
  const counts = confusion.map((row) => row.reduce((sum, count) => sum + count, 0));
  const majority = counts.indexOf(Math.max(...counts));
  const rows = truth.length;
  const hits = blockSums(blocks, hitsOf(said, truth));
  const leads = blockSums(
    blocks,
    Float64Array.from(truth, (own, row) => Number(own === said[row]) - Number(own === majority)),
  );
  const sizes = Float64Array.from(hits, (_, k) => blocks[k + 1] - blocks[k]);
  const [interval, leadInterval] = blockIntervals(blocks, seed, (drawn) => {
    const size = weighted(sizes, drawn);
    return [weighted(hits, drawn) / size, weighted(leads, drawn) / size];
  });
  const accuracy = total(hits) / rows;
  return {
    rows,
    accuracy,
    interval,
    majorityClass: classes[majority],
    majorityAccuracy: counts[majority] / rows,
    lead: accuracy - counts[majority] / rows,
    leadInterval,
    balancedAccuracy: balancedAccuracy(
      confusion.map((row, k) => row[k]),
      counts,
    ),
    confusion,
  };
}

/** 1 where what was said is true, else 0. */
export function hitsOf(said: Int32Array, truth: Int32Array): Float64Array {
  return Float64Array.from(truth, (own, row) => Number(own === said[row]));
}

/** Mean recall of the classes that occur (Brodersen et al. 2010); NaN where none does. */
export function balancedAccuracy(hits: ArrayLike<number>, counts: ArrayLike<number>): number {
  let sum = 0;
  let present = 0;
  for (let k = 0; k < counts.length; k++) {
    if (counts[k] === 0) continue;
    present++;
    sum += hits[k] / counts[k];
  }
  return sum / present;
}

export function weighted(values: ArrayLike<number>, weights: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < weights.length; k++) sum += weights[k] * values[k];
  return sum;
}

function total(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}
