import type { Bars } from '@stratlab/data/bars.ts';
import type { Timeline } from './wished-weights.ts';

/** The steps on which at least one of the instruments has a bar. */
export function timelineOf(instruments: readonly Bars[]): Timeline {
  const time = unionOf(instruments.map((bars) => bars.time));
  return { time, rows: instruments.map((bars) => rowsAt(bars.time, time)) };
}

/** The first step that starts at or after an instant; the count of steps where none does. */
export function firstStepFrom({ time }: Timeline, instant: number): number {
  const step = time.findIndex((start) => start >= instant);
  return step < 0 ? time.length : step;
}

/** Per step the row of the last bar that starts no later, -1 before the first. */
export function rowsUntil(starts: Float64Array, time: Float64Array): Int32Array {
  const rows = new Int32Array(time.length);
  let row = -1;
  for (let step = 0; step < time.length; step++) {
    while (row + 1 < starts.length && starts[row + 1] <= time[step]) row++;
    rows[step] = row;
  }
  return rows;
}

function rowsAt(starts: Float64Array, time: Float64Array): Int32Array {
  return rowsUntil(starts, time).map((row, step) => (row >= 0 && starts[row] === time[step] ? row : -1));
}

function unionOf(columns: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(columns.reduce((sum, { length }) => sum + length, 0));
  let filled = 0;
  for (const column of columns) {
    all.set(column, filled);
    filled += column.length;
  }
  all.sort();
  let kept = 0;
  for (let i = 0; i < all.length; i++) if (i === 0 || all[i] !== all[i - 1]) all[kept++] = all[i];
  return all.slice(0, kept);
}
