import { z } from 'zod';

/** A validated, complete description of a network and its training: nothing is left for an engine to decide. */
export const modelSpecSchema = z.strictObject({
  type: z.literal('mlp'),
  inputs: z.int().min(1),
  outputs: z.int().min(1),
  hiddenLayers: z.array(z.int().min(1).max(2048)).min(1).max(8),
  activation: z.enum(['relu', 'tanh', 'sigmoid']),
  dropout: z.number().min(0).max(0.9),
  task: z.enum(['classification', 'regression']),
  loss: z.enum(['cross_entropy', 'mse']),
  optimizer: z.enum(['adam', 'adamw', 'sgd']),
  learningRate: z.number().positive().max(1),
  weightDecay: z.number().min(0).max(1),
  gradientClip: z.number().positive().nullable(),
  batchSize: z.int().min(1),
  epochs: z.int().min(1).max(100_000),
  earlyStopping: z.strictObject({ patience: z.int().min(1), minDelta: z.number().min(0) }).nullable(),
  plateau: z.strictObject({ patience: z.int().min(1), factor: z.number().positive().lt(1) }).nullable(),
  seed: z.int().min(0),
});
export type ModelSpec = z.infer<typeof modelSpecSchema>;
