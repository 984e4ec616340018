import { heldSides, type SideColumns, sidesAskedBySignal } from './held-side.ts';
import { mappingOr } from './mapping.ts';
import { rowsUntil } from './timeline.ts';
import { legWeights } from './wished-units.ts';
import type { WishedWeights } from './wished-weights.ts';
import { type Wishing, whenOf } from './wishing.ts';

/** What asks for a side, and the columns that must be known before it may. */
interface Asked {
  readonly columns: SideColumns;
  readonly known: readonly Float64Array[];
}

/**
 * Legs held as one position by rules, or by a signal: when its side changes, each leg is wished side x the fraction of
 * equity of `execution.sizing` x its share of the sum of the sizes of all weights at that bar. Between changes, what is
 * held stays. No side is entered while a weight is unknown, or all are 0.
 */
export function heldLegs(wishing: Wishing, signal: Float64Array | null): WishedWeights {
  const { view, start, end, weights } = wishing;
  const { time } = view.timeline;
  const own = view.deciders[0].market.bars.time;
  const shares = sharesOf(legWeights(wishing));
  const { columns, known } = signal === null ? askedByRules(wishing) : askedBySignal(wishing, signal);
  const firstRow = firstKnownRow(known, wishing, own);
  const sides = heldSides(entriesAllowed(columns, wishing, shares), firstRow);
  const unit = unitOf(view.strategy.document.execution);
  const rows = rowsUntil(own, time);
  let firstStep = end;
  let held = 0;
  for (let step = start; step < end; step++) {
    const row = rows[step];
    if (row < firstRow) continue;
    firstStep = Math.min(firstStep, step);
    const side = sides[row];
    if (side === held || (side !== 0 && Number.isNaN(shares[0][row]))) continue;
    for (let k = 0; k < weights.length; k++) weights[k][step] = side === 0 ? 0 : side * unit * shares[k][row];
    held = side;
  }
  return { weights, firstStep, endStep: end, band: 0 };
}

/** Each weight over the sum of all their sizes; all NaN where one is unknown or all are 0. */
function sharesOf(legs: readonly Float64Array[]): Float64Array[] {
  const shares = legs.map((weight) => new Float64Array(weight.length));
  for (let row = 0; row < shares[0].length; row++) {
    const gross = legs.reduce((sum, weight) => sum + Math.abs(weight[row]), 0);
    for (let k = 0; k < legs.length; k++) shares[k][row] = gross > 0 ? legs[k][row] / gross : Number.NaN;
  }
  return shares;
}

function askedByRules({ view, formulas }: Wishing): Asked {
  const known: Float64Array[] = [];
  const column = (key: string): Uint8Array => {
    const formula = view.strategy.formulas.get(`rules.${key}`);
    if (formula === undefined) return new Uint8Array(view.deciders[0].market.bars.time.length);
    const [values] = formulas.values(formula);
    known.push(values);
    return Uint8Array.from(values, (value) => Number(value === 1));
  };
  const columns = {
    enterLong: column('enter_long'),
    exitLong: column('exit_long'),
    enterShort: column('enter_short'),
    exitShort: column('exit_short'),
  };
  return { columns, known };
}

function askedBySignal({ view }: Wishing, signal: Float64Array): Asked {
  const { confidence_threshold: threshold, position_awareness: positionAwareness } = view.strategy.document.decisions;
  return { columns: sidesAskedBySignal(signal, { threshold, positionAwareness }), known: [signal] };
}

/** Entries only of the direction, where the filter is true, and where the legs are known; exits always. */
function entriesAllowed(columns: SideColumns, wishing: Wishing, [share]: readonly Float64Array[]): SideColumns {
  const { direction } = wishing.view.strategy.document.decisions;
  const when = whenOf(wishing)?.[0] ?? null;
  const allowed = (row: number) => !Number.isNaN(share[row]) && (when === null || when[row] === 1);
  const gated = (column: Uint8Array, side: 'long' | 'short') =>
    column.map((asks, row) => Number(asks === 1 && allowed(row) && (direction === 'both' || direction === side)));
  return { ...columns, enterLong: gated(columns.enterLong, 'long'), enterShort: gated(columns.enterShort, 'short') };
}

/** The first bar of the span on which every column is known, after the history required. */
function firstKnownRow(known: readonly Float64Array[], { view, start }: Wishing, own: Float64Array): number {
  const from = view.timeline.time[start] ?? Number.POSITIVE_INFINITY;
  const first = own.findIndex((time) => time >= from);
  let row = Math.max(view.strategy.document.training_data.history_required, first < 0 ? own.length : first);
  while (row < own.length && known.some((values) => Number.isNaN(values[row]))) row++;
  return row;
}

function unitOf(execution: unknown): number {
  const { value } = mappingOr(mappingOr(execution).sizing);
  if (typeof value !== 'number') throw new RangeError('legs without a target are sized by a fraction of equity');
  return value;
}
