import { labelKind } from '@stratlab/strategies/label-kind.ts';
import { parseLabel } from '@stratlab/strategies/labels/index.ts';
import { z } from 'zod';
import { type ModelBlock, partitionDefaults } from './model-block.ts';
import { samplingSchema } from './sampling/schema.ts';
import type { ModelSpec } from './spec.ts';
import { validationSchema } from './splits/schema.ts';

const labels = z.record(z.string(), z.unknown()).transform((value, context) => {
  const label = parseLabel(value, '');
  if (!('problems' in label)) return { ...label.parameters, source: label.source };
  for (const { path, message, hint } of label.problems) {
    const where = path.split('.').filter((part) => part !== '');
    context.addIssue({ code: 'custom', message: hint === undefined ? message : `${message} ${hint}`, path: where });
  }
  return z.NEVER;
});

/** What every model takes. */
const common = z.strictObject({
  labels: labels.prefault({ source: 'next_direction' }),
  validation: validationSchema.prefault({}),
  sampling: samplingSchema.prefault({}),
  ensemble: z
    .strictObject({ seeds: z.int().min(1).max(100).default(1) })
    .prefault({})
    .describe('Networks per fold that answer together, from `seed` on'),
  calibration: z.enum(['temperature', 'none']).default('temperature'),
  seed: z.int().min(0).max(0xffffffff).default(7),
});

const losses = { classification: ['cross_entropy', 'focal'], regression: ['mse', 'huber'] } as const;
const loss = z.enum([...losses.classification, ...losses.regression]);
type Loss = z.output<typeof loss>;

const epochs = z.int().min(1).max(100_000);
const learningRate = z.number().positive().max(1);
const earlyStopping = z
  .strictObject({ patience: z.int().min(1).max(100_000).default(15), min_delta: z.number().min(0).default(0.0001) })
  .nullable()
  .prefault({});
const penalty = z.number().min(0).max(1);

/** What networks of layers take. */
const descentKeys = z.strictObject({
  loss,
  focal_gamma: z.number().min(0).max(10).default(2),
  huber_delta: z.number().positive().max(100).default(1),
  epochs: epochs.default(100),
  batch_size: z.int().min(1).max(65_536).default(32),
  learning_rate: learningRate.default(0.001),
  optimizer: z.enum(['adam', 'adamw', 'sgd']).default('adam'),
  weight_decay: z.number().min(0).max(1).default(0),
  l1: penalty.default(0),
  l2: penalty.default(0),
  early_stopping: earlyStopping,
  gradient_clip: z.number().positive().nullable().default(1),
  lr_scheduler: z
    .strictObject({
      type: z.literal('reduce_on_plateau').default('reduce_on_plateau'),
      patience: z.int().min(1).default(5),
      factor: z.number().positive().lt(1).default(0.5),
    })
    .nullable()
    .default(null),
});
/** The settings of a loss stand only with that loss. */
const descent = descentKeys.transform(({ focal_gamma, huber_delta, ...rest }) => ({
  ...rest,
  ...(rest.loss === 'focal' ? { focal_gamma } : {}),
  ...(rest.loss === 'huber' ? { huber_delta } : {}),
}));
/** What the hybrid learning of anfis takes; its learning rate is the step size of the premises. */
const hybrid = z.strictObject({
  epochs: epochs.default(100),
  learning_rate: learningRate.default(0.01),
  early_stopping: earlyStopping,
});
/** What boosting takes; its rounds are a matter of the architecture. */
const boosting = z.strictObject({
  loss: z.enum(['cross_entropy', 'mse']),
  learning_rate: learningRate.default(0.05),
  early_stopping: earlyStopping,
});

const settings = {
  mlp: descent,
  logistic: descent,
  lstm: descent,
  gru: descent,
  anfis: hybrid,
  gradient_boosting: boosting,
} as const satisfies Record<ModelBlock['type'], z.ZodType>;

const otherRates = `Default of anfis ${hybrid.shape.learning_rate.def.defaultValue}, of gradient_boosting ${boosting.shape.learning_rate.def.defaultValue}`;

/**
 * The `training:` block of a strategy document as it is given: which of its keys a model takes, and their defaults,
 * depend on the model (`completeTraining`). The defaults that it shows are those of networks of layers.
 */
export const trainingBlockSchema = common.extend({
  calibration: asked(common.shape.calibration).describe(
    'Of class probabilities, where there are validation rows; not for labels that are numbers',
  ),
  loss: loss.optional().describe('Default: cross_entropy for classes, mse for numbers'),
  focal_gamma: asked(descentKeys.shape.focal_gamma).describe('Of loss focal'),
  huber_delta: asked(descentKeys.shape.huber_delta).describe('Of loss huber, in standard deviations of the target'),
  epochs: asked(descentKeys.shape.epochs).describe('Not of gradient_boosting, which has rounds'),
  batch_size: asked(descentKeys.shape.batch_size),
  learning_rate: asked(descentKeys.shape.learning_rate).describe(otherRates),
  optimizer: asked(descentKeys.shape.optimizer),
  weight_decay: asked(descentKeys.shape.weight_decay),
  l1: asked(descentKeys.shape.l1),
  l2: asked(descentKeys.shape.l2),
  early_stopping: asked(earlyStopping),
  gradient_clip: asked(descentKeys.shape.gradient_clip),
  lr_scheduler: asked(descentKeys.shape.lr_scheduler),
});
export type GivenTraining = z.output<typeof trainingBlockSchema>;
type GivenSettings = Omit<GivenTraining, keyof Common>;

type Common = z.output<typeof common>;
type Descent = z.output<typeof descent>;
type Hybrid = z.output<typeof hybrid>;
type Boosting = z.output<typeof boosting>;

/** What a strategy says once, for its models and for their gate. */
type SharedKey = 'validation' | 'ensemble' | 'seed';
/** The keys that apply to one kind of network, with every default. */
export type NetworkTraining = Omit<Common, SharedKey> & (Descent | Hybrid | Boosting);
/** A complete `training:` block. */
export type TrainingBlock = Pick<Common, SharedKey> & NetworkTraining;

/**
 * A document's training block with the defaults of its model (where rules decide, those of networks of layers). What
 * does not apply to the model or to its labels is added to the issues of `context`, at its place in the document.
 */
export function completeTraining(
  { model, training }: { model: ModelBlock | null; training: GivenTraining | null },
  context: z.RefinementCtx,
): TrainingBlock | null {
  if (training === null) return null;
  const { validation, ensemble, seed, ...given } = training;
  const complete = completeNetwork(model, given, context, ['training']);
  if (complete === null) return z.NEVER;
  refuseEqualNetworks(model, ensemble.seeds, given.sampling, context);
  return { ...complete, validation, ensemble, seed };
}

/** What one kind of network is taught, with the defaults of that kind; faults are told below `path`. Null where there are. */
export function completeNetwork(
  model: ModelBlock | null,
  { labels: chosen, sampling, calibration, ...given }: Omit<GivenTraining, SharedKey>,
  context: z.RefinementCtx,
  path: readonly string[],
): NetworkTraining | null {
  const allowed = losses[kindOf(chosen)];
  const type = model?.type ?? 'mlp';
  const parsed = settings[type].safeParse(type === 'anfis' ? given : { loss: allowed[0], ...given });
  if (!parsed.success) {
    for (const issue of parsed.error.issues) context.addIssue({ ...issue, path: [...path, ...issue.path] });
    return null;
  }
  const loss = 'loss' in parsed.data ? parsed.data.loss : null;
  const refuse: Refuse = (key, message, input) =>
    context.addIssue({ code: 'custom', path: [...path, ...key], message, input });
  if (kindOf(chosen) === 'regression') refuseClassSettings(sampling, calibration, refuse);
  if (loss !== null && !allowed.some((one) => one === loss))
    refuse(['loss'], `These labels are learnt with ${allowed.join(' or ')}.`, loss);
  refuseOtherLosses(given, loss, context, path);
  return {
    labels: chosen,
    sampling,
    calibration: calibration ?? common.shape.calibration.def.defaultValue,
    ...parsed.data,
  };
}

type Refuse = (key: readonly string[], message: string, input: unknown) => void;

/** What is said of classes where the labels are numbers. */
function refuseClassSettings(sampling: Common['sampling'], calibration: unknown, refuse: Refuse): void {
  if (sampling.class_weights !== 'none')
    refuse(['sampling', 'class_weights'], 'These labels are numbers: there are no classes to balance.', sampling);
  if (calibration !== undefined)
    refuse(['calibration'], 'These labels are numbers: there are no class probabilities to calibrate.', calibration);
}

/** Seeds change nothing where a network has no chance in it. */
function refuseEqualNetworks(
  model: ModelBlock | null,
  seeds: number,
  { bootstrap }: Common['sampling'],
  context: z.RefinementCtx,
): void {
  if (model === null || seeds === 1 || bootstrap !== undefined || !isWithoutChance(model)) return;
  const what = model.type === 'anfis' ? 'An ANFIS on a grid' : 'Boosting that sees all rows and features';
  const hint = 'Give each its own rows by training.sampling.bootstrap: sequential, or leave seeds at 1.';
  const message = `${what} has no chance in it: ${seeds} seeds would be ${seeds} times the same network. ${hint}`;
  context.addIssue({ code: 'custom', path: ['training', 'ensemble', 'seeds'], message, input: seeds });
}

function isWithoutChance({ type, architecture }: ModelBlock): boolean {
  if (type === 'anfis') return architecture.partition === 'grid';
  return type === 'gradient_boosting' && architecture.subsample === 1 && architecture.feature_share === 1;
}

/** Settings of a loss other than the chosen one. */
function refuseOtherLosses(
  given: GivenSettings,
  chosen: Loss | null,
  context: z.RefinementCtx,
  path: readonly string[],
): void {
  for (const [key, owner] of [
    ['focal_gamma', 'focal'],
    ['huber_delta', 'huber'],
  ] as const) {
    if (given[key] === undefined || chosen === owner) continue;
    const message = `It belongs to loss ${owner}; this one is ${chosen}.`;
    context.addIssue({ code: 'unrecognized_keys', keys: [key], path: [...path], message, input: given });
  }
}

function kindOf(chosen: Common['labels']): keyof typeof losses {
  const label = parseLabel(chosen, 'labels');
  return 'problems' in label ? 'classification' : labelKind(label);
}

/** The field as it may be given: its default is shown, and left out where it is not given. */
export function asked<Field extends z.ZodType>(
  field: z.ZodDefault<Field> | z.ZodPrefault<Field>,
): z.ZodOptional<Field> {
  return field.unwrap().optional().meta({ default: field.def.defaultValue });
}

/** The complete description for a document's blocks: `outputs` 1 means regression. */
export function modelSpec(model: ModelBlock, training: TrainingBlock, inputs: number, outputs: number): ModelSpec {
  const task = outputs === 1 ? 'regression' : 'classification';
  const shared = { inputs, outputs, task, seed: training.seed } as const;
  switch (model.type) {
    case 'anfis':
      return { ...partitionDefaults, ...model.architecture, ...shared, type: 'anfis', ...hybridSettings(training) };
    case 'gradient_boosting':
      return { ...shared, ...boostingArchitecture(model), ...boostingSettings(training) };
    default:
      return { ...shared, ...networkArchitecture(model), ...descentSettings(training) };
  }
}

type BlockOf<Type extends ModelBlock['type']> = Extract<ModelBlock, { type: Type }>;

function networkArchitecture(model: BlockOf<'mlp' | 'logistic' | 'lstm' | 'gru'>) {
  switch (model.type) {
    case 'mlp': {
      const { hidden_layers: hiddenLayers, activation, dropout } = model.architecture;
      return { type: 'mlp', hiddenLayers, activation, dropout } as const;
    }
    case 'logistic':
      return { type: 'logistic' } as const;
    default: {
      const {
        sequence_length: sequenceLength,
        hidden_size: hiddenSize,
        num_layers: layers,
        dropout,
      } = model.architecture;
      return { type: model.type, sequenceLength, hiddenSize, layers, dropout };
    }
  }
}

function boostingArchitecture({ architecture }: BlockOf<'gradient_boosting'>) {
  const { minimum_leaf: minimumLeaf, feature_share: featureShare, ...rest } = architecture;
  return { type: 'gradient_boosting', minimumLeaf, featureShare, ...rest } as const;
}

function descentSettings(training: TrainingBlock) {
  if (!('batch_size' in training)) throw otherModel();
  return {
    loss: training.loss,
    focalGamma: training.focal_gamma ?? descentKeys.shape.focal_gamma.def.defaultValue,
    huberDelta: training.huber_delta ?? descentKeys.shape.huber_delta.def.defaultValue,
    optimizer: training.optimizer,
    learningRate: training.learning_rate,
    weightDecay: training.weight_decay,
    l1: training.l1,
    l2: training.l2,
    gradientClip: training.gradient_clip,
    batchSize: training.batch_size,
    epochs: training.epochs,
    earlyStopping: stopping(training),
    plateau: training.lr_scheduler && {
      patience: training.lr_scheduler.patience,
      factor: training.lr_scheduler.factor,
    },
  };
}

function hybridSettings(training: TrainingBlock) {
  if ('loss' in training) throw otherModel();
  return { epochs: training.epochs, stepSize: training.learning_rate, earlyStopping: stopping(training) };
}

function boostingSettings(training: TrainingBlock) {
  if (!('loss' in training) || 'batch_size' in training) throw otherModel();
  return { loss: training.loss, learningRate: training.learning_rate, earlyStopping: stopping(training) };
}

function stopping({ early_stopping: rule }: TrainingBlock) {
  return rule && { patience: rule.patience, minDelta: rule.min_delta };
}

/** A bug: `completeTraining` makes the two fit. */
function otherModel(): RangeError {
  return new RangeError('the training block was completed for another model');
}
