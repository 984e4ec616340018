/** Several instruments on one axis of time: the sorted union of the starts of their bars. */
export interface Timeline {
  /** Start of each step, epoch milliseconds. */
  readonly time: Float64Array;
  /** Per instrument and step, the row of its bar that starts there; -1 where it has none. */
  readonly rows: readonly Int32Array[];
}

/**
 * What a strategy wishes to hold, as fractions of equity (negative: short), decided at the close of each step: one
 * column per instrument. NaN leaves what is held as it is. A wish is made at the first step of a new rebalancing period
 * and where something is first known; an instrument that has no bar at its step trades at its next one.
 */
export interface WishedWeights {
  readonly weights: readonly Float64Array[];
  /** First step at whose close may be decided, and the step that ends the run (exclusive). */
  readonly firstStep: number;
  readonly endStep: number;
  /** An instrument within this distance of its wish is left alone; one that is wished 0 never is. */
  readonly band: number;
}
