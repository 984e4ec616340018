import { z } from 'zod';

const units = z.int().min(1).max(2048);
const rate = z.number().min(0).max(1);

const common = {
  /** Columns of a row of features; for recurrent networks `sequenceLength` steps of as many features, oldest first. */
  inputs: z.int().min(1),
  outputs: z.int().min(1),
  task: z.enum(['classification', 'regression']),
  seed: z.int().min(0),
};

/** How a network of differentiable layers is fitted, batch by batch. */
const descent = {
  loss: z.enum(['cross_entropy', 'focal', 'mse', 'huber']),
  /** Of focal loss (Lin et al. 2017): the factor (1 - p)^gamma. */
  focalGamma: z.number().min(0).max(10),
  /** Of Huber loss: where it turns from half a square to a line, in sds of the target. */
  huberDelta: z.number().positive().max(100),
  optimizer: z.enum(['adam', 'adamw', 'sgd']),
  learningRate: z.number().positive().max(1),
  weightDecay: rate,
  /** Penalties l1 |w| and l2 w^2 / 2 on weights, not on biases; in the gradient, not in the reported loss. */
  l1: rate,
  l2: rate,
  gradientClip: z.number().positive().nullable(),
  batchSize: z.int().min(1),
  epochs: z.int().min(1).max(100_000),
  earlyStopping: z.strictObject({ patience: z.int().min(1), minDelta: z.number().min(0) }).nullable(),
  plateau: z.strictObject({ patience: z.int().min(1), factor: z.number().positive().lt(1) }).nullable(),
};

const activation = z.enum(['relu', 'tanh', 'sigmoid']);
const hiddenLayers = z.array(units).max(8);
const dropout = z.number().min(0).max(0.9);

const mlp = z.strictObject({ type: z.literal('mlp'), hiddenLayers: hiddenLayers.min(1), activation, dropout });
const logistic = z.strictObject({ type: z.literal('logistic') });
const recurrent = z.strictObject({
  type: z.enum(['lstm', 'gru']),
  sequenceLength: z.int().min(1).max(512),
  hiddenSize: units,
  layers: z.int().min(1).max(4),
  /** On the outputs of every recurrent layer. */
  dropout,
});
const anfis = z.strictObject({
  type: z.literal('anfis'),
  /** `grid`: every combination of `sets` per input; `clustered`: `rules` rules placed by the training rows. */
  partition: z.enum(['grid', 'clustered']),
  /** Sets per input of a grid partition. */
  sets: z.int().min(2).max(9),
  /** Rules of a clustered partition. */
  rules: z.int().min(2).max(64),
  /** Shape of the sets: Jang's generalised bell, or a Gaussian. */
  membership: z.enum(['bell', 'gaussian']),
  consequent: z.enum(['constant', 'linear']),
  epochs: z.int().min(1).max(100_000),
  /** Step size of the premises' gradient step, in Jang's sense: the length of a step in parameter space. */
  stepSize: z.number().positive().max(10),
  earlyStopping: descent.earlyStopping,
});
const boosting = z.strictObject({
  type: z.literal('gradient_boosting'),
  rounds: z.int().min(1).max(10_000),
  depth: z.int().min(1).max(10),
  learningRate: z.number().positive().max(1),
  /** Least sum of hessians in a leaf, and the L2 penalty on leaf values. */
  minimumLeaf: z.number().min(0),
  l2: z.number().min(0),
  /** Shares of rows and of features that each tree sees. */
  subsample: z.number().positive().max(1),
  featureShare: z.number().positive().max(1),
  bins: z.int().min(2).max(255),
  loss: z.enum(['cross_entropy', 'mse']),
  earlyStopping: descent.earlyStopping,
});

/** A validated, complete description of a model and its training: nothing is left for an engine to decide. */
export const modelSpecSchema = z.discriminatedUnion('type', [
  mlp.extend({ ...common, ...descent }),
  logistic.extend({ ...common, ...descent }),
  recurrent.extend({ ...common, ...descent }),
  anfis.extend(common),
  boosting.extend(common),
]);
export type ModelSpec = z.infer<typeof modelSpecSchema>;

export type NetworkSpec<Type extends ModelSpec['type']> = Extract<ModelSpec, { type: Type }>;
/** Networks of differentiable layers, which batches of rows train by gradient descent. */
export type NeuralSpec = NetworkSpec<'mlp' | 'logistic' | 'lstm' | 'gru'>;
