import { type Bars, barColumns, mapColumns } from '../bars.ts';
import { LabError } from '../error.ts';
import { formatInstant } from '../instant.ts';
import type { Repair } from '../quality.ts';
import { type Timeframe, timeframeMs } from '../timeframe.ts';
import type { Problems } from './problems.ts';
import type { Rows } from './rows.ts';

const sortHint = 'Sort the rows by time, or import with --repair, which sorts them and says so.';
const duplicateHint = 'Remove the line, or import with --repair, which drops exact duplicates and says so.';
const conflictHint = 'Two sources disagree: decide which of the lines is right and remove the other.';

/**
 * The rows with strictly increasing times. Rows out of order and exact duplicates are problems, or with `repair` are
 * sorted and dropped, one `Repair` each; two rows of one time with other numbers are always a problem.
 */
export function inOrder(rows: Rows, repair: boolean, problems: Problems): { bars: Bars; repairs: Repair[] } {
  if (isIncreasing(rows.bars.time)) return { bars: rows.bars, repairs: [] };
  const repairs: Repair[] = [];
  const report = (rule: Repair['rule'], line: number, message: string, hint: string) => {
    if (repair && hint !== conflictHint) repairs.push({ rule, line, message });
    else problems.add(line, () => ({ message, hint }));
  };
  reportDisorder(rows, (line, message) => report('out_of_order', line, message, sortHint));
  const order = sortedOrder(rows.bars.time);
  const kept = withoutDuplicates(rows, order, (line, message, hint) =>
    report('duplicate_timestamps', line, message, hint),
  );
  const bars = mapColumns((name) => Float64Array.from(kept, (row) => rows.bars[name][row]));
  return { bars, repairs };
}

/** Refuses bars that overlap: more than half of them closer together than the timeframe says. */
export function requireSpacing(time: Float64Array, timeframe: Timeframe): void {
  const length = timeframeMs(timeframe);
  let closer = 0;
  for (let i = 1; i < time.length; i++) if (time[i] - time[i - 1] < length) closer++;
  if (closer * 2 <= time.length) return;
  throw new LabError(
    'invalid_input',
    `${closer} of ${time.length} bars start less than ${timeframe} after the one before.`,
    {
      path: 'timeframe',
      hint: 'Name the timeframe that the file has.',
    },
  );
}

function isIncreasing(time: Float64Array): boolean {
  for (let i = 1; i < time.length; i++) if (!(time[i] > time[i - 1])) return false;
  return true;
}

/** One report for a file that runs backwards, else one for each row that stands after a later one. */
function reportDisorder({ bars: { time }, lines }: Rows, report: (line: number, message: string) => void): void {
  if (isDescending(time)) {
    report(lines[1], 'the rows run from the newest to the oldest');
    return;
  }
  const latest = new Float64Array(time.length);
  let maximum = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < time.length; i++) {
    if (time[i] < maximum) {
      const before = lines[firstAbove(latest, i, time[i])];
      report(lines[i], `${formatInstant(time[i])} is out of order: it belongs before line ${before}`);
    }
    maximum = Math.max(maximum, time[i]);
    latest[i] = maximum;
  }
}

function isDescending(time: Float64Array): boolean {
  for (let i = 1; i < time.length; i++) if (time[i] > time[i - 1]) return false;
  return time[time.length - 1] < time[0];
}

/** Index of the first of `count` non-decreasing values that is above `limit`. */
function firstAbove(values: Float64Array, count: number, limit: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle] > limit) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Row numbers by time, equal times in the order of the file. */
function sortedOrder(time: Float64Array): Uint32Array {
  return Uint32Array.from(time, (_, i) => i).sort((a, b) => time[a] - time[b] || a - b);
}

function withoutDuplicates(
  { bars, lines }: Rows,
  order: Uint32Array,
  report: (line: number, message: string, hint: string) => void,
): Uint32Array {
  let kept = 0;
  for (const row of order) {
    const first = order[kept - 1];
    if (kept === 0 || bars.time[row] !== bars.time[first]) {
      order[kept++] = row;
      continue;
    }
    const other = barColumns.find((name) => bars[name][row] !== bars[name][first]);
    const same = `the time ${formatInstant(bars.time[row])} of line ${lines[first]}`;
    if (other === undefined) report(lines[row], `repeats ${same} with the same numbers`, duplicateHint);
    else {
      const found = `${other} ${bars[other][row]} instead of ${bars[other][first]}`;
      report(lines[row], `repeats ${same} with other numbers (${found})`, conflictHint);
    }
  }
  return order.subarray(0, kept);
}
