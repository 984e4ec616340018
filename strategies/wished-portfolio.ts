import type { z } from 'zod';
import type { portfolioSchema } from './allocation.ts';
import { readFormula } from './formula.ts';
import { periodStarts } from './rebalancing-periods.ts';
import type { WishedWeights } from './wished-weights.ts';
import { requireFormula, type Wishing, whenOf } from './wishing.ts';

type Portfolio = z.output<typeof portfolioSchema>;

/** What is known of the members on the timeline, a column each. */
interface Ranked {
  /** NaN where a member is not ranked. */
  readonly ranks: readonly Float64Array[];
  /** Sample deviation of log returns; null where all weigh the same. */
  readonly deviations: readonly Float64Array[] | null;
  /** Members in the order of their symbols, by which ties are broken. */
  readonly bySymbol: readonly number[];
}

/**
 * The best and the worst of the universe by rank, at the first step of each new period and at the first one at which a
 * side can be formed; everything else is wished 0 then, and at any step once it has left the universe. Periods are
 * those of the first member's calendar.
 */
export function wishedPortfolio(wishing: Wishing, portfolio: Portfolio): WishedWeights {
  const { view, start, end, weights } = wishing;
  const { timeline, belongs, members } = view;
  const ranked = rankedMembers(wishing, portfolio);
  const starts = periodStarts(timeline.time, portfolio.rebalance, members[ranked.bySymbol[0]].market.sessionOf);
  let firstStep = end;
  for (let step = start; step < end; step++) {
    if (firstStep === end || starts[step] === 1) {
      const formed = formedAt(step, ranked, portfolio);
      if (firstStep === end && formed.every((weight) => weight === 0)) continue;
      firstStep = Math.min(firstStep, step);
      formed.forEach((weight, k) => {
        weights[k][step] = weight;
      });
    }
    for (let k = 0; belongs !== null && k < weights.length; k++) if (belongs[k][step] === 0) weights[k][step] = 0;
  }
  return { weights, firstStep, endStep: end, band: 0 };
}

function rankedMembers(wishing: Wishing, { weights, volatility_lookback }: Portfolio): Ranked {
  const { view, formulas } = wishing;
  const { members, timeline, belongs } = view;
  const when = whenOf(wishing);
  const ranks = formulas.onTimeline(requireFormula(view, 'portfolio.rank'));
  ranks.forEach((column, k) => {
    for (let step = 0; step < column.length; step++) {
      const row = timeline.rows[k][step];
      const screened = when !== null && row >= 0 && when[k][row] !== 1;
      if (screened || (belongs !== null && belongs[k][step] === 0)) column[step] = Number.NaN;
    }
  });
  const symbols = members.map(({ market }) => market.symbol);
  const bySymbol = symbols.map((_, k) => k).sort((a, b) => (symbols[a] < symbols[b] ? -1 : 1));
  const deviation = readFormula(`std(log(close / lag(close, 1)), ${volatility_lookback})`);
  return { ranks, deviations: weights === 'equal' ? null : formulas.onTimeline(deviation), bySymbol };
}

/** The weight of every member, 0 where it is not held. */
function formedAt(step: number, { ranks, deviations, bySymbol }: Ranked, portfolio: Portfolio): Float64Array {
  const { long_top, short_bottom, gross } = portfolio;
  const formed = new Float64Array(ranks.length);
  const order = bySymbol.filter((k) => !Number.isNaN(ranks[k][step]));
  const both = long_top > 0 && short_bottom > 0;
  if (order.length < (both ? 2 : 1)) return formed;
  order.sort((a, b) => ranks[b][step] - ranks[a][step]);
  const longs = sideCount(long_top, order.length);
  const shorts = Math.min(sideCount(short_bottom, order.length), order.length - longs);
  const share = both ? gross / 2 : gross;
  const strength = (k: number) => (deviations === null ? 1 : inverse(deviations[k][step]));
  hold(order.slice(0, longs), share, strength, formed);
  hold(order.slice(order.length - shorts), -share, strength, formed);
  return formed;
}

/** Whole symbols of a share of them, at least one; a share is not lost to rounding. */
function sideCount(share: number, ranked: number): number {
  return share === 0 ? 0 : Math.max(1, Math.floor(share * ranked + 1e-9));
}

/** Those without strength are not held; the others share what the side is worth. */
function hold(side: readonly number[], share: number, strength: (k: number) => number, formed: Float64Array): void {
  const total = side.reduce((sum, k) => sum + strength(k), 0);
  for (const k of side) if (strength(k) > 0) formed[k] = (share * strength(k)) / total;
}

function inverse(deviation: number): number {
  return deviation > 0 ? 1 / deviation : 0;
}
