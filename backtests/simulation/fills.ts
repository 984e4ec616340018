/**
 * Prices at which resting orders fill within a bar, before costs. Everything is in *signed* prices: the price times the
 * side of the order, so that one rule serves both sides. A buyer's stop (sign 1) triggers when the price rises to it;
 * the same for a seller is a stop that the negated price rises to.
 */

/** A stop order whose level was reached: at the level, or at the open where the bar opens beyond it. */
export function stopFill(signedOpen: number, signedStop: number): number {
  return Math.max(signedOpen, signedStop);
}

/** A limit order whose level was reached: at the level, or at the open where that is better. */
export function limitFill(signedOpen: number, signedLimit: number): number {
  return Math.min(signedOpen, signedLimit);
}
