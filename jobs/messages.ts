import { z } from 'zod';

export const jobSchema = z.object({
  id: z.string(),
  kind: z.string(),
  payload: z.unknown(),
  attempt: z.int().positive(),
  fence: z.int().positive(),
  capability: z.string(),
  trace: z.string().nullable(),
});

export const progressSchema = z.object({
  percent: z.number().min(0).max(100),
  stage: z.string(),
  etaMs: z.number().min(0).nullable(),
});

export const jobErrorSchema = z.object({ code: z.string(), message: z.string(), hint: z.string().exactOptional() });

/** What is said to the process of a job. */
export const orderSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('run'), job: jobSchema }),
  z.object({ type: z.literal('cancel') }),
]);
export type Order = z.infer<typeof orderSchema>;

const memory = z.int();

/** What the process of a job says. `outcome` is whatever a structured clone can carry; `memory` is its own, in bytes. */
export const reportSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('progress'), progress: progressSchema }),
  z.object({ type: z.literal('completed'), outcome: z.unknown(), memory }),
  z.object({ type: z.literal('failed'), error: jobErrorSchema, memory }),
]);
export type Report = z.infer<typeof reportSchema>;
