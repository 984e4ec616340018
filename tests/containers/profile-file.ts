import { z } from 'zod';

const placeSchema = z.strictObject({
  system: z.array(z.string()).readonly(),
  volumes: z.record(z.string(), z.string()),
  secrets: z.record(z.string(), z.string()),
  environment: z.record(z.string(), z.string()),
});

/** What `profile.ts` is to start. */
export const profileSchema = z.strictObject({
  lab: placeSchema,
  worker: placeSchema,
  /** The worker is the one for GPUs, and trains with this engine. */
  gpuEngine: z.string().optional(),
});

export type Profile = z.input<typeof profileSchema>;
