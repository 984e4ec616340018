import { z } from 'zod';
import { choose } from './combinations.ts';

const fraction = z.number().min(0).max(1);
const share = fraction.lt(1);
const cutForStopping = share
  .default(0.15)
  .describe('Share of each training part, from its end, kept for early stopping; 0: none');
const embargo = z
  .int()
  .min(0)
  .max(100_000)
  .default(0)
  .describe('Bars after each test block, beyond the reach of its labels, that are not learnt from');

const holdout = z
  .strictObject({
    method: z
      .enum(['holdout', 'data_split'])
      .optional()
      .default('holdout')
      .transform(() => 'holdout' as const),
    train: fraction.default(0.7),
    validation: fraction.default(0.15),
    test: fraction.default(0.15),
  })
  .refine(({ train, validation, test }) => train > 0 && test > 0 && train + validation + test <= 1 + 1e-9, {
    error: 'train and test are above 0, and train + validation + test is at most 1.',
  });

const walkForward = z.strictObject({
  method: z.literal('walk_forward'),
  folds: z.int().min(1).max(100).default(5).describe('Test blocks, one after another'),
  anchored: z.boolean().default(true).describe('Train from the first row on (true) or on a window of fixed length'),
  train: share.gt(0).default(0.5).describe('Share of all rows before the first test block: the first training part'),
  validation: cutForStopping,
});

const purgedKfold = z.strictObject({
  method: z.literal('purged_kfold'),
  folds: z.int().min(2).max(100).default(5),
  embargo_bars: embargo,
  validation: cutForStopping,
});

/** The most trainings that one description may ask for. */
const MOST_SPLITS = 1000;

const cpcv = z
  .strictObject({
    method: z.literal('cpcv'),
    groups: z.int().min(2).max(100).default(6),
    test_groups: z.int().min(1).max(99).default(2).describe('Groups tested in each split'),
    embargo_bars: embargo,
    validation: cutForStopping,
  })
  .refine(({ groups, test_groups }) => test_groups < groups, {
    error: 'test_groups is less than groups: something must be left to train on.',
    path: ['test_groups'],
  })
  .refine(({ groups, test_groups }) => test_groups >= groups || choose(groups, test_groups) <= MOST_SPLITS, {
    error: `These groups give more than ${MOST_SPLITS} splits, each a training. cpcv of 6 and 2 has 15, of 10 and 2 has 45.`,
    path: ['groups'],
  });

const methods = ['holdout', 'walk_forward', 'purged_kfold', 'cpcv'];

/** `training.validation` of a strategy document, with its defaults; holdout where no method is named. */
export const validationSchema = z.discriminatedUnion('method', [holdout, walkForward, purgedKfold, cpcv], {
  error: ({ code, input }) =>
    code === 'invalid_union' && isNamed(input)
      ? `"${String(input.method)}" is not a validation method. Known: ${methods.join(', ')}.`
      : undefined,
});
export type Validation = z.output<typeof validationSchema>;
export type ValidationOf<Method extends Validation['method']> = Extract<Validation, { method: Method }>;

function isNamed(input: unknown): input is { method: unknown } {
  return typeof input === 'object' && input !== null && 'method' in input;
}
