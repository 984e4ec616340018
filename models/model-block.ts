import type { AnyDocument, FeatureInput } from '@stratlab/strategies/document.ts';
import { type Feature, featuresOf } from '@stratlab/strategies/features.ts';
import type { Strategy } from '@stratlab/strategies/strategy.ts';
import { z } from 'zod';

const share = z.number().positive().max(1);
const dropout = z.number().min(0).max(0.9).default(0);
const lookback = z.strictObject({ lookback_periods: z.int().min(0).max(100).default(0) }).prefault({});

const mlp = z.strictObject({
  hidden_layers: z.array(z.int().min(1).max(2048)).min(1).max(8).default([20, 10]),
  activation: z.enum(['relu', 'tanh', 'sigmoid']).default('relu'),
  dropout,
});
const recurrent = z.strictObject({
  sequence_length: z.int().min(1).max(512).default(20).describe('Rows the network reads, up to the current one'),
  hidden_size: z.int().min(1).max(2048).default(32),
  num_layers: z.int().min(1).max(4).default(1),
  dropout,
});
/** Of a grid partition, and of a clustered one. */
export const partitionDefaults = { sets: 2, rules: 8 };
const anfis = z
  .strictObject({
    partition: z
      .enum(['grid', 'clustered'])
      .default('clustered')
      .describe('grid: every combination of sets per input; clustered: rules placed by the training rows'),
    sets: z.int().min(2).max(9).optional().meta({ default: partitionDefaults.sets }).describe('Of partition grid'),
    rules: z.int().min(2).max(64).optional().meta({ default: partitionDefaults.rules }).describe('Of clustered'),
    membership: z.enum(['bell', 'gaussian']).default('bell'),
    consequent: z.enum(['constant', 'linear']).default('linear'),
  })
  .transform((given, context) => {
    const { sets, rules, ...rest } = given;
    const foreign = rest.partition === 'grid' ? 'rules' : 'sets';
    if (given[foreign] !== undefined) {
      context.addIssue({ code: 'unrecognized_keys', keys: [foreign], input: given });
      return z.NEVER;
    }
    const { sets: usualSets, rules: usualRules } = partitionDefaults;
    return { ...rest, ...(foreign === 'rules' ? { sets: sets ?? usualSets } : { rules: rules ?? usualRules }) };
  });
const boosting = z.strictObject({
  rounds: z.int().min(1).max(10_000).default(200),
  depth: z.int().min(1).max(10).default(3),
  minimum_leaf: z.number().min(0).default(20).describe('Least sum of hessians in a leaf'),
  l2: z.number().min(0).default(1).describe('Penalty on leaf values'),
  subsample: share.default(0.8).describe('Share of the rows that each tree sees'),
  feature_share: share.default(1).describe('Share of the features that each tree sees'),
  bins: z.int().min(2).max(255).default(64),
});

function block<Type extends string, Architecture extends z.ZodType, Features extends z.ZodType>(
  type: Type,
  architecture: Architecture,
  features: Features,
) {
  return z.strictObject({ type: z.literal(type), architecture, features });
}

/** A sequence already holds the earlier rows. */
const noLookback = z.strictObject({}).prefault({});

const blocks = [
  block('mlp', mlp.prefault({}), lookback),
  block('logistic', z.strictObject({}).prefault({}), lookback),
  block('lstm', recurrent.prefault({}), noLookback),
  block('gru', recurrent.prefault({}), noLookback),
  block('anfis', anfis.prefault({}), lookback),
  block('gradient_boosting', boosting.prefault({}), lookback),
] as const;
export const networkTypes = blocks.map(({ shape }) => shape.type.value);
const networks = networkTypes.join(', ');

/** The `model:` block of a strategy document, with the defaults of its type. */
export const modelBlockSchema = z.preprocess(
  lowerType,
  z.discriminatedUnion('type', blocks, {
    error: ({ input }) => {
      const type = typeof input === 'object' && input !== null && 'type' in input ? input.type : undefined;
      return `"${String(type)}" is not a network of this version. Built: ${networks}.`;
    },
  }),
);
export type ModelBlock = z.output<typeof modelBlockSchema>;

function lowerType(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('type' in value)) return value;
  return typeof value.type === 'string' ? { ...value, type: value.type.toLowerCase() } : value;
}

/** Earlier rows that a row of inputs reaches back over. */
export function lookbackOf(model: ModelBlock): number {
  if (model.type === 'lstm' || model.type === 'gru') return model.architecture.sequence_length - 1;
  return model.features.lookback_periods;
}

/**
 * What a strategy's model, or one with other `inputs`, sees on each bar, in the order of its inputs: the newest row's features and then each earlier
 * row's; for a network that reads sequences the oldest row's first. Within a row the order is the same.
 */
export function inputsOf(
  strategy: Strategy<AnyDocument>,
  model: ModelBlock,
  inputs?: readonly FeatureInput[],
): Feature[] {
  const features = featuresOf(strategy, lookbackOf(model), inputs);
  const readsSequences = model.type === 'lstm' || model.type === 'gru';
  return readsSequences ? features.toSorted((a, b) => b.lag - a.lag) : features;
}
