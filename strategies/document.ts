import { type Timeframe, timeframes } from '@stratlab/data/timeframe.ts';
import { z } from 'zod';
import { legsSchema, portfolioSchema, targetSchema, universeSchema } from './allocation.ts';
import { storedSymbol } from './stored-symbol.ts';

/** The grammar's version that the lab writes. */
export const grammarVersion = '4';

export const namePattern = /^[a-z][a-z0-9_]{0,63}$/;
const idPattern = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;

const name = z.string().regex(namePattern, {
  error: 'A name is 1 to 64 lower-case letters, digits and _, and begins with a letter: rsi_reversion.',
});
const id = z.string().regex(idPattern, {
  error: 'An id begins with a letter and goes on with letters, digits, _ and -: rsi_14.',
});
const parameterName = z.string().regex(/^[A-Za-z]\w{0,63}$/, {
  error: 'A parameter is named by letters, digits and _: fast, used as $fast.',
});
const text = z.string().max(4000);
const formula = z.union([z.string().trim().min(1).max(4000), z.number().transform(String)]);
const rule = formula.nullable().default(null);
const date = z.iso.date({ error: 'A date is written YYYY-MM-DD and exists.' });
const timeframe = z.enum(timeframes);

const parameter = z
  .strictObject({ default: z.number(), min: z.number().optional(), max: z.number().optional() })
  .refine(({ default: chosen, min = chosen, max = chosen }) => min <= chosen && chosen <= max, {
    error: 'The default lies outside min to max.',
  });

function distinct(list: readonly string[]): boolean {
  return new Set(list).size === list.length;
}
const twice = { error: 'Something is listed twice.' };

const symbols = z.discriminatedUnion(
  'mode',
  [
    z.strictObject({ mode: z.literal('single'), symbol: storedSymbol }),
    z.strictObject({
      mode: z.literal('multi_symbol'),
      list: z.array(storedSymbol).min(1).max(64).refine(distinct, twice),
    }),
  ],
  { error: 'Write {mode: single, symbol: EURUSD} or {mode: multi_symbol, list: [EURUSD, GBPUSD]}.' },
);

const frames = z.discriminatedUnion(
  'mode',
  [
    z.strictObject({ mode: z.literal('single'), timeframe }),
    z.strictObject({
      mode: z.literal('multi_timeframe'),
      list: z.array(timeframe).min(1).max(timeframes.length).refine(distinct, twice),
      base_timeframe: timeframe,
    }),
  ],
  { error: 'Write {mode: single, timeframe: 1h} or {mode: multi_timeframe, list: [1h, 4h], base_timeframe: 1h}.' },
);

const trainingData = z.strictObject({
  /** Null: every call says which symbol it means. */
  symbols: symbols.nullable().default(null),
  timeframes: frames.default({ mode: 'single', timeframe: '1d' }),
  date_range: z
    .strictObject({ start: date.optional(), end: date.optional() })
    .refine(({ start, end }) => start === undefined || end === undefined || start <= end, {
      error: 'start lies after end.',
    })
    .default({}),
  history_required: z.int().min(0).max(100_000).default(0).describe('Bars before the first decision'),
});

/** A series beside the traded one: read as `data_source` of indicators and by `series()`, on its own timeframe. */
const contextSeries = z.preprocess(
  (value, context) => {
    if (typeof value !== 'object' || value === null || !('provider' in value)) return value;
    const message =
      'No provider of series is built. Import its values as bars of a symbol, and write {symbol: DGS10, timeframe: 1d}.';
    context.addIssue({ code: 'custom', message, input: value });
    return z.NEVER;
  },
  z.strictObject({ symbol: storedSymbol, timeframe }),
);
const contextData = z
  .array(contextSeries)
  .max(64)
  .refine((list) => distinct(list.map(({ symbol }) => symbol)), { error: 'A symbol is listed twice.' })
  .nullable()
  .transform((list) => list ?? []);

const normalizations = ['none', 'minmax', 'zscore', 'rank'] as const;
export type Normalization = (typeof normalizations)[number];

/** Features of a model: a fuzzy set's memberships, or an indicator's own values scaled by what training rows show. */
export type FeatureInput = { readonly timeframes: 'all' | readonly Timeframe[] } & (
  | { readonly fuzzy_set: string }
  | { readonly raw_indicator: string; readonly normalization: Normalization }
);

/** One entry of `nn_inputs`. */
export const featureInputSchema = z
  .strictObject({
    fuzzy_set: id.optional().describe('A fuzzy-set id: one feature per set and timeframe'),
    raw_indicator: z.string().min(1).max(130).optional().describe('rsi_14 or adx_14.adx, instead of fuzzy_set'),
    timeframes: z.union([z.array(timeframe).min(1), z.literal('all')]).default('all'),
    normalization: z.enum(normalizations).optional().describe('Of raw_indicator, fitted on training rows: zscore'),
  })
  .transform(({ fuzzy_set, raw_indicator, timeframes, normalization }, context): FeatureInput => {
    if (fuzzy_set !== undefined && raw_indicator === undefined && normalization === undefined) {
      return { fuzzy_set, timeframes };
    }
    if (raw_indicator !== undefined && fuzzy_set === undefined) {
      return { raw_indicator, timeframes, normalization: normalization ?? 'zscore' };
    }
    const message = 'An input names a fuzzy_set, or a raw_indicator and its normalization.';
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  });

const rules = z.strictObject({ enter_long: rule, exit_long: rule, enter_short: rule, exit_short: rule });

/** One entry of `fuzzy_rules`. */
export const fuzzyRuleSchema = z.strictObject({
  if: z.string().trim().min(1).max(1000),
  then: z.number().min(-1).max(1),
  weight: z.number().positive().max(1000).default(1),
});

const decisions = z.strictObject({
  output_format: z.enum(['classification', 'regression']).default('classification'),
  confidence_threshold: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe('No trade where |signal| is below it; in formulas of target and portfolio such a signal is 0'),
  position_awareness: z.boolean().default(true).describe('Flat again as soon as the signal falls below the threshold'),
  direction: z
    .enum(['both', 'long', 'short'])
    .default('both')
    .describe('Entries of the other side do not happen; a target on that side is 0'),
  cost_model: z.literal('auto', { error: 'Only auto (costs as in execution) is built.' }).default('auto'),
  filters: z
    .strictObject({
      min_signal_separation: z.int().min(0).max(100_000).default(0).describe('Least bars between two entries'),
      when: rule.describe(
        'Entries only where it is true. Where it is not, a target is only reduced or closed, and portfolio ranks no such symbol',
      ),
    })
    .prefault({}),
});

const shape = {
  name: name.default('unnamed'),
  version: z.literal(grammarVersion, { error: 'The grammar has version "4"; documents of "2" and "3" are upgraded.' }),
  description: text.default(''),
  hypothesis: text.default(''),
  parameters: z.record(parameterName, parameter).default({}),
  training_data: trainingData.prefault({}),
  context_data: contextData.default([]),
  indicators: z.record(id, z.unknown()).default({}),
  fuzzy_sets: z.record(id, z.record(z.string(), z.unknown())).default({}),
  nn_inputs: z.array(featureInputSchema).max(256).default([]),
  rules: rules.nullable().default(null),
  fuzzy_rules: z.array(fuzzyRuleSchema).min(1).max(256).nullable().default(null),
  target: targetSchema.nullable().default(null),
  universe: universeSchema.nullable().default(null),
  portfolio: portfolioSchema.nullable().default(null),
  legs: legsSchema.nullable().default(null),
  decisions: decisions.prefault({}),
};

/** The blocks that belong to later stages, whose catalogues know their schemas. */
export interface LaterBlocks<
  Model extends z.ZodType,
  Training extends z.ZodType,
  Composition extends z.ZodType,
  Execution extends z.ZodType,
> {
  model: Model;
  training: Training;
  composition: Composition;
  execution: Execution;
}

/** The whole document of the grammar, version 4, with every default of its own blocks. */
export function documentSchema<
  Model extends z.ZodType,
  Training extends z.ZodType,
  Composition extends z.ZodType,
  Execution extends z.ZodType,
>(blocks: LaterBlocks<Model, Training, Composition, Execution>) {
  return z.strictObject({
    ...shape,
    model: blocks.model.nullable().default(null),
    training: blocks.training.nullable().default(null),
    composition: blocks.composition.nullable().default(null),
    execution: blocks.execution,
  });
}

const core = z.strictObject(shape);

/** A parsed document less the blocks of later stages. */
export type DocumentCore = z.output<typeof core>;

/** A parsed document of any model, training and execution schema. */
export type AnyDocument = DocumentCore & {
  readonly model: unknown;
  readonly training: unknown;
  readonly composition: unknown;
  readonly execution: unknown;
};

/** Symbols a document names, the first being the one it is traded on unless a call says otherwise. */
export function documentSymbols({ training_data: { symbols } }: Pick<DocumentCore, 'training_data'>): string[] {
  if (symbols === null) return [];
  return symbols.mode === 'single' ? [symbols.symbol] : symbols.list;
}

/** The symbol on whose bars a strategy decides that trades no universe; undefined where a call says which. */
export function decidingSymbol(document: Pick<DocumentCore, 'training_data' | 'legs'>): string | undefined {
  return documentSymbols(document).at(0) ?? document.legs?.[0].symbol;
}

/** What one unit of a strategy with legs is made of, in its order. */
export function legSymbols({ legs }: Pick<DocumentCore, 'legs'>): string[] {
  return (legs ?? []).map(({ symbol }) => symbol);
}

/** The timeframe decisions are taken on. */
export function baseTimeframe({ training_data: { timeframes } }: Pick<DocumentCore, 'training_data'>) {
  return timeframes.mode === 'single' ? timeframes.timeframe : timeframes.base_timeframe;
}

/** Every timeframe features are computed on, as listed. */
export function documentTimeframes({ training_data: { timeframes } }: Pick<DocumentCore, 'training_data'>) {
  return timeframes.mode === 'single' ? [timeframes.timeframe] : timeframes.list;
}
