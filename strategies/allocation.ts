import { z } from 'zod';
import { storedSymbol } from './stored-symbol.ts';

/**
 * How often a wish is made anew: at the close of the FIRST bar of each session day, ISO week or calendar month. That a
 * bar is the last of its period is known only from the next one.
 */
export const rebalancePeriods = ['bar', 'day', 'week', 'month'] as const;
export type RebalancePeriod = (typeof rebalancePeriods)[number];

const adverbs: Readonly<Record<string, RebalancePeriod>> = { daily: 'day', weekly: 'week', monthly: 'month' };

/** `weekly` is `week`: the grammar knows both. */
const period = z
  .enum([...rebalancePeriods, 'daily', 'weekly', 'monthly'], {
    error: (issue) => `"${String(issue.input)}" is not a rebalancing period. Known: ${rebalancePeriods.join(', ')}.`,
  })
  .transform((word): RebalancePeriod => adverbs[word] ?? z.enum(rebalancePeriods).parse(word));

const rebalance = z.strictObject({
  every: period.default('bar').describe('The first bar of each new period decides, as does the first known value'),
  band: z
    .number()
    .min(0)
    .max(10)
    .default(0)
    .describe('Fraction of equity: an instrument nearer to its wish than this is left alone; a wish of 0 never is'),
});

const formula = z.union([z.string().trim().min(1).max(4000), z.number().transform(String)]);

/** The `target:` block: a wished position as a fraction of equity. */
export const targetSchema = z.strictObject({
  position: formula.describe('Fraction of equity, negative for short; may read `signal` and, in a universe, cs_rank'),
  rebalance: rebalance.prefault({}),
});

function distinct(list: readonly string[]): boolean {
  return new Set(list).size === list.length;
}

/** The `universe:` block; a `membership` names a file of the lab, `data/universes/<name>.csv` with symbol, from, to. */
export const universeSchema = z.union(
  [
    z.strictObject({
      symbols: z.array(storedSymbol).min(1).max(500).refine(distinct, { error: 'A symbol is listed twice.' }),
    }),
    z.strictObject({ membership: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/) }),
  ],
  { error: 'Write {symbols: [SPY, IWM]} or {membership: name_of_a_universe_file}.' },
);

const share = z.number().min(0).max(1);

/** The `portfolio:` block: the best and the worst of a universe by a rank. */
export const portfolioSchema = z
  .strictObject({
    rank: formula.describe('Higher is better; may read `signal` and cs_rank; unknown, or without a bar: not held'),
    long_top: share.default(0).describe('Share of the ranked symbols held long, at least one where above 0'),
    short_bottom: share.default(0).describe('Share of the ranked symbols held short'),
    weights: z.enum(['equal', 'inverse_volatility']).default('equal'),
    volatility_lookback: z.int().min(2).max(10_000).default(60).describe('Bars, for inverse_volatility'),
    gross: z.number().positive().max(100).default(1).describe('Sum of the sizes of all positions, of equity'),
    rebalance: period.default('month').describe('The first step of each new period decides'),
  })
  .refine(({ long_top, short_bottom }) => long_top + short_bottom > 0, {
    error: 'With long_top and short_bottom both 0 it would never hold anything.',
  })
  .refine(({ long_top, short_bottom }) => long_top + short_bottom <= 1 + 1e-9, {
    error: 'long_top + short_bottom is at most 1: no symbol is held on both sides.',
  });

/** The `legs:` block: what one unit of the decided position is made of. */
export const legsSchema = z
  .array(z.strictObject({ symbol: storedSymbol, weight: formula }))
  .min(2)
  .max(32)
  .refine((legs) => distinct(legs.map(({ symbol }) => symbol)), { error: 'A symbol is listed twice.' });

/** Blocks by which positions are sized. */
interface AllocationBlocks {
  readonly target: unknown;
  readonly portfolio: unknown;
  readonly legs: unknown;
}

/** Whether positions are wished for as weights, and not entered and left one at a time. */
export function allocatesByWeights({ target, portfolio, legs }: AllocationBlocks): boolean {
  return [target, portfolio, legs].some((block) => block !== null);
}
