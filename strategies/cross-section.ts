import type { Timeline } from './wished-weights.ts';

/**
 * Percentile rank of each member's value among those of all members that have a bar and a known value at that step: 0
 * for the lowest, 1 for the highest, tied values their mean rank; 0.5 for a single one. Values and ranks stand on each
 * member's own bars. `members`: per member and step, 1 where it belongs to the universe; null: always.
 */
export function percentileRanks(
  values: readonly Float64Array[],
  { time, rows }: Timeline,
  members: readonly Uint8Array[] | null,
): Float64Array[] {
  const ranks = values.map(({ length }) => new Float64Array(length).fill(Number.NaN));
  const present = new Int32Array(values.length);
  const sorted = new Float64Array(values.length);
  for (let step = 0; step < time.length; step++) {
    let count = 0;
    for (let k = 0; k < values.length; k++) {
      const row = rows[k][step];
      if (row < 0 || (members !== null && members[k][step] === 0) || Number.isNaN(values[k][row])) continue;
      present[count] = k;
      sorted[count++] = values[k][row];
    }
    const section = sorted.subarray(0, count).sort();
    for (let n = 0; n < count; n++) {
      const k = present[n];
      const row = rows[k][step];
      ranks[k][row] = percentile(section, values[k][row]);
    }
  }
  return ranks;
}

function percentile(sorted: Float64Array, value: number): number {
  if (sorted.length === 1) return 0.5;
  const below = countWhere(sorted, (other) => other < value);
  const atMost = countWhere(sorted, (other) => other <= value);
  return (below + atMost - 1) / 2 / (sorted.length - 1);
}

/** How many of the sorted values, from the first on, satisfy what no later one does again once one has failed. */
function countWhere(sorted: Float64Array, holds: (value: number) => boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(sorted[middle])) low = middle + 1;
    else high = middle;
  }
  return low;
}
