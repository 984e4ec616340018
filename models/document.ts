import { labelKind } from '@stratlab/strategies/label-kind.ts';
import { parseLabel } from '@stratlab/strategies/labels/index.ts';
import { z } from 'zod';
import type { ModelSpec } from './spec.ts';

const networks = ['mlp'] as const;

/** The `model:` block of a strategy document, with its defaults. */
export const modelBlockSchema = z.strictObject({
  type: z
    .string()
    .toLowerCase()
    .pipe(
      z.enum(networks, {
        error: (issue) => `"${String(issue.input)}" is not a network of this version. Built: ${networks.join(', ')}.`,
      }),
    ),
  architecture: z
    .strictObject({
      hidden_layers: z.array(z.int().min(1).max(2048)).min(1).max(8).default([20, 10]),
      activation: z.enum(['relu', 'tanh', 'sigmoid']).default('relu'),
      dropout: z.number().min(0).max(0.9).default(0),
    })
    .prefault({}),
  features: z.strictObject({ lookback_periods: z.int().min(0).max(100).default(0) }).prefault({}),
});
export type ModelBlock = z.output<typeof modelBlockSchema>;

const labels = z.record(z.string(), z.unknown()).transform((value, context) => {
  const label = parseLabel(value, '');
  if (!('problems' in label)) return { ...label.parameters, source: label.source };
  for (const { path, message, hint } of label.problems) {
    const where = path.split('.').filter((part) => part !== '');
    context.addIssue({ code: 'custom', message: hint === undefined ? message : `${message} ${hint}`, path: where });
  }
  return z.NEVER;
});

const losses = { classification: ['cross_entropy'], regression: ['mse'] } as const;
type Loss = (typeof losses)[keyof typeof losses][number];

const fraction = z.number().min(0).max(1);
const holdout = z
  .strictObject({
    method: z
      .enum(['holdout', 'data_split'], {
        error: (issue) => `"${String(issue.input)}" is not a validation method of this version. Built: holdout.`,
      })
      .default('holdout')
      .transform(() => 'holdout' as const),
    train: fraction.default(0.7),
    validation: fraction.default(0.15),
    test: fraction.default(0.15),
  })
  .refine(({ train, validation, test }) => train > 0 && test > 0 && train + validation + test <= 1 + 1e-9, {
    error: 'train and test are above 0, and train + validation + test is at most 1.',
  });

const settings = z.strictObject({
  labels: labels.prefault({ source: 'next_direction' }),
  loss: z
    .enum([...losses.classification, ...losses.regression])
    .optional()
    .describe('Default: cross_entropy for classes, mse for numbers'),
  epochs: z.int().min(1).max(100_000).default(100),
  batch_size: z.int().min(1).max(65_536).default(32),
  learning_rate: z.number().positive().max(1).default(0.001),
  optimizer: z.enum(['adam', 'adamw', 'sgd']).default('adam'),
  weight_decay: z.number().min(0).max(1).default(0),
  early_stopping: z
    .strictObject({ patience: z.int().min(1).max(100_000).default(15), min_delta: z.number().min(0).default(0.0001) })
    .nullable()
    .prefault({}),
  gradient_clip: z.number().positive().nullable().default(1),
  lr_scheduler: z
    .strictObject({
      type: z.literal('reduce_on_plateau').default('reduce_on_plateau'),
      patience: z.int().min(1).default(5),
      factor: z.number().positive().lt(1).default(0.5),
    })
    .nullable()
    .default(null),
  validation: holdout.prefault({}),
  seed: z.int().min(0).max(0xffffffff).default(7),
});

/** The `training:` block of a strategy document, with its defaults; those of `loss` follow from the labels. */
export const trainingBlockSchema = settings.transform((block, context) => {
  const allowed: readonly Loss[] = losses[kindOf(block.labels)];
  const { loss = allowed[0] } = block;
  if (allowed.includes(loss)) return { ...block, loss };
  context.addIssue({
    code: 'custom',
    path: ['loss'],
    message: `These labels are learnt with ${allowed.join(' or ')}.`,
  });
  return z.NEVER;
});
export type TrainingBlock = z.output<typeof trainingBlockSchema>;

function kindOf(chosen: z.output<typeof labels>): keyof typeof losses {
  const label = parseLabel(chosen, 'labels');
  return 'problems' in label ? 'classification' : labelKind(label);
}

/** The complete network description for a document's blocks: `outputs` 1 means regression. */
export function modelSpec(model: ModelBlock, training: TrainingBlock, inputs: number, outputs: number): ModelSpec {
  const task = outputs === 1 ? 'regression' : 'classification';
  return {
    type: 'mlp',
    inputs,
    outputs,
    hiddenLayers: model.architecture.hidden_layers,
    activation: model.architecture.activation,
    dropout: model.architecture.dropout,
    task,
    loss: training.loss,
    optimizer: training.optimizer,
    learningRate: training.learning_rate,
    weightDecay: training.weight_decay,
    gradientClip: training.gradient_clip,
    batchSize: training.batch_size,
    epochs: training.epochs,
    earlyStopping: training.early_stopping && {
      patience: training.early_stopping.patience,
      minDelta: training.early_stopping.min_delta,
    },
    plateau: training.lr_scheduler && {
      patience: training.lr_scheduler.patience,
      factor: training.lr_scheduler.factor,
    },
    seed: training.seed,
  };
}
