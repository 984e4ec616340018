import { z } from 'zod';

const method = z.literal('cusum');
const fixed = z.strictObject({
  method,
  threshold: z.number().positive().max(10).describe('Sum of log returns in one direction that makes an event'),
});
const scaled = z.strictObject({
  method,
  volatility_multiple: z
    .number()
    .positive()
    .max(100)
    .default(1)
    .describe('The threshold in mean deviations of 1-bar returns over the training rows'),
  span: z.int().min(2).max(1000).default(50).describe('Span of the exponentially weighted deviation'),
});

/** `training.sampling` of a strategy document, with its defaults: which training rows are learnt from, and how much each counts. */
export const samplingSchema = z.strictObject({
  events: z
    .union([z.literal('all'), fixed, scaled], {
      error:
        'events is all, {method: cusum, threshold: 0.02} or {method: cusum, volatility_multiple: 1, span: 50}: the training rows that are learnt from.',
    })
    .default('all')
    .describe('Training rows that are learnt from: all, or those at which the price has moved far enough (CUSUM)'),
  weights: z
    .enum(['none', 'uniqueness', 'return_attribution'])
    .default('none')
    .describe(
      'What a training row counts: as all others, by how few labels share its bars, or by its share of returns',
    ),
  time_decay: z
    .number()
    .gt(-1)
    .max(1)
    .nullable()
    .default(null)
    .describe('Weight of the oldest row, the newest being 1; negative: that share of the oldest counts nothing'),
  class_weights: z
    .enum(['none', 'balanced'])
    .default('none')
    .describe('balanced: rarer classes count more, as much in all as frequent ones'),
  bootstrap: z
    .enum(['none', 'sequential'])
    .transform((chosen) => (chosen === 'none' ? undefined : chosen))
    .optional()
    .describe(
      'sequential: each network of the ensemble learns from its own draw of the rows, in which few labels overlap',
    ),
});
export type Sampling = z.output<typeof samplingSchema>;
export type CusumEvents = Exclude<Sampling['events'], 'all'>;
