import { z } from 'zod';
import { baselineSchema } from './simulated-run.ts';

const column = z.custom<Float64Array>((value) => value instanceof Float64Array, {
  error: 'A column is a Float64Array.',
});

/** Everything a finished backtest says, before its trial is counted and judged; parsed when it comes from another process. */
export const ranSchema = z.strictObject({
  fingerprint: z.string(),
  resultHash: z.string(),
  dataHash: z.string(),
  symbol: z.string(),
  symbols: z.array(z.string()),
  underlying: z.string(),
  synthetic: z.boolean(),
  sealedFrom: z.number().nullable(),
  start: z.number(),
  end: z.number(),
  bars: z.int(),
  measures: z.strictObject({
    values: z.record(z.string(), z.number().nullable()),
    undefined: z.record(z.string(), z.string()),
  }),
  tradesCount: z.int(),
  benchmark: baselineSchema,
  baselines: z.record(z.string(), baselineSchema),
  session: column,
  returns: column,
  benchmarkReturns: column,
  periodsPerYear: z.number(),
  cashRate: z.number(),
  /** Whether trading cost nothing, as the execution block has it. */
  free: z.boolean(),
  /** The whole execution block with the costs it came to. */
  execution: z.record(z.string(), z.unknown()),
  warnings: z.array(z.string()),
});
export type Ran = z.infer<typeof ranSchema>;
