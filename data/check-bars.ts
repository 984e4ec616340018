import { type Bars, barColumns, barCount } from './bars.ts';
import { LabError, type Problem } from './error.ts';
import { formatInstant } from './instant.ts';

const shownProblems = 20;
/** No bar is stored from this instant on: such a number is a time in microseconds or nanoseconds. */
export const latestTime = Date.UTC(2200, 0, 1);
/**
 * Bars a store may keep: at least one, every number finite, times whole epoch milliseconds and strictly increasing.
 * Throws `no_data`, or `invalid_input` with the first faults by row (from 1, the header not counted).
 */
export function checkBars(bars: Bars, what: string): void {
  const rows = barCount(bars);
  if (rows === 0) throw new LabError('no_data', `${what} holds no bars.`);
  const problems: Problem[] = [];
  for (let row = 0; row < rows && problems.length < shownProblems; row++) {
    const message = faultIn(bars, row);
    if (message !== null) problems.push({ path: `row ${row + 1}`, message });
  }
  if (problems.length > 0) throw badBars(what, problems);
}

function badBars(what: string, problems: Problem[]): LabError {
  return new LabError('invalid_input', `${what} cannot be used: ${problems[0].path}: ${problems[0].message}`, {
    problems,
    hint: 'Correct the source: bars need finite numbers and strictly increasing times in epoch milliseconds.',
  });
}

function faultIn(bars: Bars, row: number): string | null {
  for (const name of barColumns) {
    if (!Number.isFinite(bars[name][row])) return `${name} is not a finite number.`;
  }
  const time = bars.time[row];
  if (!Number.isInteger(time) || Math.abs(time) >= latestTime) return `${time} is not a time in epoch milliseconds.`;
  if (row === 0 || time > bars.time[row - 1]) return null;
  const relation = time === bars.time[row - 1] ? 'repeats' : 'is before';
  return `${formatInstant(time)} ${relation} the time of the row above.`;
}
