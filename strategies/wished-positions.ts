import type { z } from 'zod';
import type { targetSchema } from './allocation.ts';
import type { AnyDocument } from './document.ts';
import { periodStarts } from './rebalancing-periods.ts';
import type { WishedWeights } from './wished-weights.ts';
import { requireFormula, type Wishing, whenOf } from './wishing.ts';

export type Target = z.output<typeof targetSchema>;
type Direction = AnyDocument['decisions']['direction'];

/**
 * Each member's position on its own: at its first bar of each new period, and at the first bar since it has belonged to
 * the universe whose position is known. Outside the universe it is wished 0.
 */
export function wishedPositions(wishing: Wishing, { rebalance }: Target): WishedWeights {
  const { view, formulas, start, end, weights } = wishing;
  const { timeline, belongs } = view;
  const { direction } = view.strategy.document.decisions;
  const positions = formulas.onTimeline(requireFormula(view, 'target.position'));
  const when = whenOf(wishing);
  const firstStep = firstKnown(positions, belongs, start, end);
  view.members.forEach(({ market }, k) => {
    const starts = periodStarts(market.bars.time, rebalance.every, market.sessionOf);
    const rows = timeline.rows[k];
    let last: number | null = null;
    for (let step = firstStep; step < end; step++) {
      const row = rows[step];
      if (belongs !== null && belongs[k][step] === 0) {
        weights[k][step] = 0;
        last = null;
      } else if (!Number.isNaN(positions[k][step]) && (last === null || starts[row] === 1)) {
        const allowed = when === null || when[k][row] === 1;
        last = allowedPosition(positions[k][step], direction, allowed ? null : (last ?? 0));
        weights[k][step] = last;
      }
    }
  });
  return { weights, firstStep, endStep: end, band: rebalance.band };
}

/** The position cut to its direction; with a `ceiling`, no larger than that, and 0 on its other side. */
export function allowedPosition(position: number, direction: Direction, ceiling: number | null): number {
  const side = direction === 'long' ? 1 : direction === 'short' ? -1 : Math.sign(position);
  const wished = Math.sign(position) === side ? position : 0;
  if (ceiling === null) return wished;
  return wished * ceiling > 0 ? Math.sign(ceiling) * Math.min(Math.abs(wished), Math.abs(ceiling)) : 0;
}

function firstKnown(
  positions: readonly Float64Array[],
  belongs: readonly Uint8Array[] | null,
  start: number,
  end: number,
): number {
  const isKnown = (step: number) =>
    positions.some((column, k) => !Number.isNaN(column[step]) && (belongs === null || belongs[k][step] === 1));
  let step = start;
  while (step < end && !isKnown(step)) step++;
  return step;
}
