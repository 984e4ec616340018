import { z } from 'zod';

/** What a call fails with that changes a file; `reading` is EIO in one that reads. */
export const errors = ['ENOSPC', 'EIO', 'EROFS', 'reading'] as const;

/** Which call is to fail, and how. */
export const faultSchema = z.strictObject({ n: z.int(), error: z.enum(errors) });
export type Fault = z.infer<typeof faultSchema>;

const step = z.strictObject({
  name: z.string(),
  error: z.strictObject({ code: z.string(), message: z.string() }).nullable(),
});
export type Step = z.infer<typeof step>;

/** What came of one failing call. */
export const outcomeSchema = faultSchema.extend({
  /** How many calls there were. */
  calls: z.int(),
  /** The call that failed; null where there were fewer. */
  failed: z.string().nullable(),
  /** The work while it failed, and the same work again. */
  steps: z.array(step),
  again: z.array(step),
  /** What verify found after either. */
  damage: z.array(z.string()),
});
export type Outcome = z.infer<typeof outcomeSchema>;
