import { type Timeframe, timeframeMs } from './timeframe.ts';

/**
 * For each base bar the row of the last other bar that has closed by the base bar's close, -1 where none has.
 *
 * A bar closes its timeframe's length after its start, so a daily bar (its session date at 00:00Z) only at the end of
 * that UTC day, and a weekly one seven days after its Monday. Where a market closes earlier, `closesAt` gives the close
 * of the other bar that starts at an instant; it must not decrease, and must not lie before the true close.
 */
export function alignRows(
  baseTime: Float64Array,
  baseTimeframe: Timeframe,
  otherTime: Float64Array,
  otherTimeframe: Timeframe,
  closesAt?: (start: number) => number,
): Int32Array {
  const baseLength = timeframeMs(baseTimeframe);
  const otherLength = timeframeMs(otherTimeframe);
  const closeOf = closesAt ?? ((start: number) => start + otherLength);
  const rows = new Int32Array(baseTime.length);
  let closed = -1;
  for (let i = 0; i < baseTime.length; i++) {
    const now = baseTime[i] + baseLength;
    while (closed + 1 < otherTime.length && closeOf(otherTime[closed + 1]) <= now) closed++;
    rows[i] = closed;
  }
  return rows;
}
