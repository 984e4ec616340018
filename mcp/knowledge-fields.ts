import { insightCategories } from '@stratlab/lab/save-insight.ts';
import { z } from 'zod';

export const writes = { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: false };

export const category = z.enum(insightCategories);

export const tags = z.array(z.string().min(1).max(40)).max(20);

export const outcome = z.enum(['supported', 'refuted', 'inconclusive']);

/** Earlier work in similar words. */
export const similar = z.array(
  z.object({
    kind: z.enum(['experiment', 'insight']),
    id: z.string(),
    text: z.string(),
    came_of_it: z.string(),
    score: z.number(),
  }),
);

const limits = z.object({ trials: z.number().nullable(), minutes: z.number().nullable() });

export const budgetFields = {
  spent: z.object({ trials: z.int(), minutes: z.number() }),
  budget: limits,
};

export const budgetLeft = limits;

export const criterion = z.object({ metric: z.string(), threshold: z.number() }).nullable();
