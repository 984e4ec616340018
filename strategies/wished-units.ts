import { legSymbols } from './document.ts';
import { periodStarts } from './rebalancing-periods.ts';
import { rowsUntil } from './timeline.ts';
import { allowedPosition, type Target } from './wished-positions.ts';
import type { WishedWeights } from './wished-weights.ts';
import { requireFormula, type Wishing, whenOf } from './wishing.ts';

/**
 * A target on legs: the position is of the unit as the legs are written, so each leg is wished position x its weight.
 * Decided where the deciding market's bar is the first of a new period, and where all of it is first known.
 */
export function wishedUnits(wishing: Wishing, { rebalance }: Target): WishedWeights {
  const { view, start, end, weights } = wishing;
  const { market } = view.deciders[0];
  const { decisions, training_data } = view.strategy.document;
  const [position] = wishing.formulas.values(requireFormula(view, 'target.position'));
  const legs = legWeights(wishing);
  const when = whenOf(wishing)?.[0] ?? null;
  const starts = periodStarts(market.bars.time, rebalance.every, market.sessionOf);
  const rows = rowsUntil(market.bars.time, view.timeline.time);
  let firstStep = end;
  let last = 0;
  for (let step = start; step < end; step++) {
    const row = rows[step];
    const before = step === 0 ? -1 : rows[step - 1];
    if (row === before || row < training_data.history_required) continue;
    if (!isKnown(position[row], legs, row)) continue;
    if (firstStep < end && !hasStart(starts, before, row)) continue;
    const allowed = when === null || when[row] === 1;
    last = allowedPosition(position[row], decisions.direction, allowed ? null : last);
    for (let k = 0; k < weights.length; k++) weights[k][step] = last === 0 ? 0 : last * legs[k][row];
    firstStep = Math.min(firstStep, step);
  }
  return { weights, firstStep, endStep: end, band: rebalance.band };
}

/** The weight of each leg at the close of each deciding bar. */
export function legWeights({ view, formulas }: Wishing): Float64Array[] {
  const symbols = legSymbols(view.strategy.document);
  return symbols.map((_, k) => formulas.values(requireFormula(view, `legs.${k}.weight`))[0]);
}

function hasStart(starts: Uint8Array, before: number, row: number): boolean {
  const next = starts.indexOf(1, before + 1);
  return next >= 0 && next <= row;
}

/** A position of 0 needs no legs. */
function isKnown(position: number, legs: readonly Float64Array[], row: number): boolean {
  if (position === 0) return true;
  return !Number.isNaN(position) && legs.every((weight) => !Number.isNaN(weight[row]));
}
