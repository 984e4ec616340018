import { z } from 'zod';

const job = z.object({
  id: z.string(),
  kind: z.string(),
  payload: z.unknown(),
  attempt: z.int().positive(),
  fence: z.int().positive(),
});

const progress = z.object({
  percent: z.number().min(0).max(100),
  stage: z.string(),
  etaMs: z.number().min(0).nullable(),
});

const error = z.object({ code: z.string(), message: z.string(), hint: z.string().exactOptional() });

/** What a queue says to the process of a job. */
export const orderSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('run'), job }),
  z.object({ type: z.literal('cancel') }),
]);
export type Order = z.infer<typeof orderSchema>;

/** What the process of a job says to its queue. `outcome` is whatever a structured clone can carry. */
export const reportSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('progress'), progress }),
  z.object({ type: z.literal('completed'), outcome: z.unknown() }),
  z.object({ type: z.literal('failed'), error }),
]);
export type Report = z.infer<typeof reportSchema>;
