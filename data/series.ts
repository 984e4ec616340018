import { z } from 'zod';
import { instrumentSchema } from './instrument.ts';
import type { Repair } from './quality.ts';
import { timeframes } from './timeframe.ts';

const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/);

const repairSchema: z.ZodType<Repair> = z.strictObject({
  rule: z.enum(['duplicate_timestamps', 'out_of_order']),
  line: z.number().int().positive(),
  message: z.string(),
});

/** What made a synthetic series: enough to make it again. */
export const marketOriginSchema = z.strictObject({
  name: z.string(),
  seed: z.number().int(),
  parameters: z.record(z.string(), z.number()),
});

/** The record kept beside a stored series. Times are epoch milliseconds. */
export const seriesSchema = z.strictObject({
  symbol: z.string(),
  timeframe: z.enum(timeframes),
  rows: z.number().int().positive(),
  /** Starts of the first and the last bar, sealed ones included. */
  start: z.number(),
  end: z.number(),
  /** Content hash of all bars, see `hashBars`. */
  hash: sha256Schema,
  /** SHA-256 of the file that holds them, checked before it is parsed. */
  file_hash: sha256Schema,
  /** Where the bars come from, in free text. */
  source: z.string(),
  synthetic: z.boolean(),
  /** The generator of a synthetic series. */
  market: marketOriginSchema.nullable(),
  instrument: instrumentSchema,
  imported_at: z.number(),
  /** Changes made to the source on a person's request before it was stored. */
  repairs: z.array(repairSchema),
  /** What could be seen when the series was stored, so that a list need not read the bars. */
  visible: z.strictObject({
    sealed_from: z.number().nullable(),
    rows: z.number().int().nonnegative(),
    end: z.number().nullable(),
  }),
});
export type Series = z.infer<typeof seriesSchema>;

/** What a writer says of a series; the store adds the rest. */
export type NewSeries = Pick<
  Series,
  'symbol' | 'timeframe' | 'source' | 'synthetic' | 'market' | 'instrument' | 'repairs'
>;
