import { splitMetricsSchema } from '@stratlab/models/class-metrics.ts';
import { z } from 'zod';
import { usedSeriesSchema } from './sample.ts';

const metricsSchema = z.strictObject({
  train: splitMetricsSchema,
  validation: splitMetricsSchema.nullable(),
  test: splitMetricsSchema.nullable(),
});

/** What a training found; parsed when it comes from another process. */
export const learnedSchema = z.strictObject({
  artifactHash: z.string(),
  fingerprint: z.string(),
  engine: z.string(),
  series: z.array(usedSeriesSchema).min(1),
  metrics: metricsSchema,
  /** Per member, fold by fold and seed by seed; of a composition model by model between. */
  folds: z.array(metricsSchema.extend({ fold: z.int(), seed: z.int(), expert: z.string().optional() })),
  epochs: z.int(),
  /** Gradient steps of all networks; 0 where they are not fitted batch by batch. */
  steps: z.int(),
  stoppedEarly: z.boolean(),
  warnings: z.array(z.string()),
});
export type Learned = z.infer<typeof learnedSchema>;
