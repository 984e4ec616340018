/**
 * What a formula may know of the open position, at the close of a bar. Known only inside the simulator.
 * All but `position` are NaN while flat.
 */
export interface PositionState {
  /** -1, 0 or 1. */
  position: number;
  /** Bars since the entry bar (0 on it). */
  bars_held: number;
  entry_price: number;
  /** Return of the open position since entry at this close, as a fraction, its sign following the direction. */
  open_return: number;
  /** Highest high (long) or lowest low (short) since entry. */
  best_since_entry: number;
}

export const positionStateNames = ['position', 'bars_held', 'entry_price', 'open_return', 'best_since_entry'] as const;
