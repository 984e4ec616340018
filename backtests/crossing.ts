import { type Decisions, noDecisions } from './decisions.ts';

/**
 * Decides to be long after `fast` crosses above `slow` (above at this close, not above at the one before) and to leave
 * after it crosses below; with `both`, to be short instead of flat. NaN crosses nothing. `firstBar` is the first bar that
 * may decide.
 */
export function decisionsFromCrossing(
  fast: Float64Array,
  slow: Float64Array,
  firstBar: number,
  direction: CrossingDirection = 'long',
): Decisions {
  return { ...new Crossings(fast.length, direction).find(fast, slow, firstBar) };
}

export type CrossingDirection = 'long' | 'both';

/** The decisions of one pair of columns after another, in the same memory. */
export class Crossings {
  private readonly deciding: Int32Array;
  private readonly decisions: Decisions;
  private readonly direction: CrossingDirection;

  constructor(rows: number, direction: CrossingDirection) {
    this.deciding = new Int32Array(rows + 1);
    this.decisions = { ...noDecisions(rows), deciding: this.deciding };
    this.direction = direction;
  }

  find(fast: Float64Array, slow: Float64Array, firstBar: number): Decisions {
    const { deciding, decisions, direction } = this;
    const { enterLong, exitLong, enterShort, exitShort } = decisions;
    const rows = fast.length;
    let count = 0;
    enterLong.fill(0);
    exitLong.fill(0);
    for (let t = Math.max(firstBar, 1); t < rows; ) {
      if (fast[t] > slow[t]) {
        if (fast[t - 1] <= slow[t - 1]) {
          enterLong[t] = 1;
          deciding[count++] = t;
        }
        while (t < rows && fast[t] > slow[t]) t++;
      } else if (fast[t] < slow[t]) {
        if (fast[t - 1] >= slow[t - 1]) {
          exitLong[t] = 1;
          deciding[count++] = t;
        }
        while (t < rows && fast[t] < slow[t]) t++;
      } else t++;
    }
    deciding[count] = rows;
    if (direction === 'both') {
      enterShort.set(exitLong);
      exitShort.set(enterLong);
    }
    decisions.firstBar = firstBar;
    return decisions;
  }
}
