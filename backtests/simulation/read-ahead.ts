import { LabError } from '@stratlab/data/error.ts';

/** Numbers in one line of the cache. */
const inLine = 8;

/**
 * Reads one number of each line of the cache in order, which the memory does ahead of the reader; who then reads few of
 * them far apart finds them in the cache.
 */
export function readAhead(column: Float64Array, from: number, end: number): void {
  let sum = 0;
  for (let t = from; t < end; t += inLine) sum += column[t];
  if (!Number.isFinite(sum)) throw new LabError('internal', 'Bars changed after they were checked.');
}
