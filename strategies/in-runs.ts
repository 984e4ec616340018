/** Even, so that a kernel that takes rows in pairs has them whole in every run but the last. */
const RUN = 1024;

/**
 * Calls `run` for the rows `from` (inclusive) to `to` (exclusive), 1,024 at a time. A function that is called often is
 * compiled as one; a single call with a long loop is compiled in mid-loop, where V8 puts each running value on the heap
 * at every row, and may never leave that code. What a run hands to the next goes in a typed array, as numbers.
 */
export function inRuns(from: number, to: number, run: (from: number, to: number) => void): void {
  for (let row = from; row < to; row += RUN) run(row, Math.min(row + RUN, to));
}
