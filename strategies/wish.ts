import { firstStepFrom } from './timeline.ts';
import type { UniverseView } from './universe-view.ts';
import { heldLegs } from './wished-legs.ts';
import { wishedPortfolio } from './wished-portfolio.ts';
import { wishedPositions } from './wished-positions.ts';
import { wishedUnits } from './wished-units.ts';
import type { WishedWeights } from './wished-weights.ts';
import type { Wishing } from './wishing.ts';

/** Of decisions by the start of their bar, both inclusive, epoch milliseconds. */
export interface WishRange {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

/**
 * What a strategy with a target, a portfolio or legs wishes to hold. `signals`: of a model or fuzzy rules, one per
 * decider of the view on its own bars, else null. Where nothing is ever known, `firstStep` is `endStep`.
 */
export function wishedWeights(
  view: UniverseView,
  signals: readonly Float64Array[] | null,
  { from, to }: WishRange = {},
): WishedWeights {
  const { timeline, strategy } = view;
  const { target, portfolio, legs, decisions } = strategy.document;
  const sized = target !== null || portfolio !== null;
  const read = sized && signals !== null ? confident(signals, decisions.confidence_threshold) : signals;
  const wishing: Wishing = {
    view,
    formulas: view.over(read),
    start: from === undefined ? 0 : firstStepFrom(timeline, from),
    end: to === undefined ? timeline.time.length : firstStepFrom(timeline, to + 1),
    weights: timeline.rows.map(({ length }) => new Float64Array(length).fill(Number.NaN)),
  };
  if (portfolio !== null) return wishedPortfolio(wishing, portfolio);
  if (target !== null) return legs === null ? wishedPositions(wishing, target) : wishedUnits(wishing, target);
  return heldLegs(wishing, read?.[0] ?? null);
}

/** Signals below the threshold count as 0; unknown ones stay unknown. */
function confident(signals: readonly Float64Array[], threshold: number): Float64Array[] {
  return signals.map((signal) => signal.map((value) => (Math.abs(value) < threshold ? 0 : value)));
}
