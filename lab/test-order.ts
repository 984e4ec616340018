import { z } from 'zod';
import { backtestAnswerSchema } from './shown-backtest.ts';

/** What a test can be ranked by; of p the least is best, of the others the highest. */
export const rankings = ['adjusted_p', 'deflated_sharpe', 'sharpe', 'sortino', 'calmar', 'total_return'] as const;
export type Ranking = (typeof rankings)[number];

const problem = z.strictObject({ path: z.string(), message: z.string(), hint: z.string().exactOptional() });

/** A strategy, a symbol and a seed: one backtest. */
const combinationSchema = z.strictObject({
  name: z.string(),
  version: z.int(),
  /** Null: whatever the strategy itself trades. */
  symbol: z.string().nullable(),
  /** Of the training of its model; null where it trains none. */
  seed: z.int().nullable(),
  /** The job of its backtest. */
  taskId: z.string(),
});
export type Combination = z.infer<typeof combinationSchema>;

/** What was to be tested and was not, as it is shown. */
export const testFailureSchema = z.strictObject({
  name: z.string(),
  version: z.int().nullable(),
  symbol: z.string().nullable(),
  seed: z.int().nullable(),
  code: z.string(),
  message: z.string(),
  hint: z.string().exactOptional(),
  problems: z.array(problem).exactOptional(),
});
export type TestFailure = z.infer<typeof testFailureSchema>;

/** What a test of several strategies is told; its backtests are its children. */
export const testOrderSchema = z.strictObject({
  combinations: z.array(combinationSchema),
  /** Known before anything ran. */
  failures: z.array(testFailureSchema),
  rankBy: z.enum(rankings),
  /** Rows that are shown at once. */
  limit: z.int(),
  experimentId: z.string().nullable(),
});
export type TestOrder = z.infer<typeof testOrderSchema>;

const endedSchema = z.strictObject({ combination: combinationSchema, answer: backtestAnswerSchema });
export type Ended = z.infer<typeof endedSchema>;

const familySchema = z.strictObject({ family: z.string(), counted: z.int(), effective: z.number() });

/** The same once all children have ended: what they found, and the trials that every result is judged against. */
export const endedTestSchema = testOrderSchema.extend({ ended: z.array(endedSchema), families: z.array(familySchema) });
export type EndedTest = z.infer<typeof endedTestSchema>;

const cell = z.union([z.string(), z.number(), z.null()]);

/** The table of a test, best first. */
export const rankedTestSchema = z.strictObject({
  summary: z.string(),
  ranked_by: z.enum(rankings),
  columns: z.array(z.string()),
  rows: z.array(z.array(cell)),
  failures: z.array(testFailureSchema),
  trials: z.array(familySchema),
  warnings: z.array(z.string()),
});
export type RankedTest = z.infer<typeof rankedTestSchema>;
