import type { HeldBars } from './held-bars.ts';
import { type MetricSample, type UndefinedMetric, undefinedBecause } from './metric.ts';
import { longHeld, shortHeld } from './trade.ts';

/**
 * Share of the bars in which a position of this side (1 long, -1 short, 0 either) was held, if only for a part of them:
 * the entry and the exit bar count. Undefined where no position per bar is known.
 */
export function exposureTo(side: -1 | 0 | 1, sample: MetricSample): number | UndefinedMetric {
  const { position, sides, heldBars } = sample;
  if (position.length === 0) return undefinedBecause('no position per bar is known');
  if (heldBars !== undefined) return countOf(heldBars, side) / position.length;
  if (sides !== undefined) return shareHolding(sides, side);
  const rows = position.length;
  let held = 0;
  for (let row = 0; row < rows; ) {
    const units = position[row];
    let end = row + 1;
    while (end < rows && position[end] === units) end++;
    if (holds(units, side)) {
      held += end - row;
      if (end < rows && !holds(position[end], side)) held++;
    }
    row = end;
  }
  return (held + roundTripBars(sample, side)) / position.length;
}

function countOf({ long, short, either }: HeldBars, side: -1 | 0 | 1): number {
  if (side === 0) return either;
  return side > 0 ? long : short;
}

/** A portfolio may hold both sides in one bar. */
function shareHolding(sides: Uint8Array, side: -1 | 0 | 1): number {
  const asked = side === 0 ? longHeld | shortHeld : side > 0 ? longHeld : shortHeld;
  let held = 0;
  for (let row = 0; row < sides.length; row++) if ((sides[row] & asked) !== 0) held++;
  return held / sides.length;
}

function holds(units: number, side: number): boolean {
  return side === 0 ? units !== 0 : units * side > 0;
}

/** Bars that began and ended without such a position, and held one in between. */
function roundTripBars({ position, trades, firstBar }: MetricSample, side: number): number {
  const rows = new Set<number>();
  for (let k = 0; k < trades.count; k++) {
    if (trades.entryBar[k] !== trades.exitBar[k] || (side !== 0 && trades.side[k] !== side)) continue;
    const row = trades.entryBar[k] - firstBar;
    if (!holds(position[row], side) && (row === 0 || !holds(position[row - 1], side))) rows.add(row);
  }
  return rows.size;
}
