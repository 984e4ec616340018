import { mostChildren, mutateStrategy, mutationNames } from '@stratlab/lab/mutate-strategy.ts';
import { z } from 'zod';
import { experimentId } from '../fields.ts';
import { givenMutations, problems } from '../strategy-fields.ts';
import { defineTool } from '../tool.ts';

export const mutateStrategyTool = defineTool({
  name: 'mutate_strategy',
  title: 'Make children of a strategy',
  toolset: 'strategy',
  description: {
    does: 'Makes changed copies of a strategy: values at given paths, or operators that a seed draws; each says what changed.',
    useWhen: 'you want variants without writing them out. A copy of an earlier strategy is named, not stored again.',
    next: 'test_strategies with the names of the children.',
    example: { name: 'moving_average_cross', operators: ['perturb_numbers', 'flip_direction'], seed: 7, count: 3 },
  },
  input: z.strictObject({
    name: z.string().describe('Name of a stored strategy.'),
    version: z.int().min(1).optional().describe('Its version; the newest where absent.'),
    mutations: givenMutations.optional(),
    operators: z
      .array(z.string())
      .max(mutationNames.length)
      .optional()
      .describe(`Instead of mutations, in turn: ${mutationNames.join(', ')}.`),
    seed: z
      .int()
      .min(0)
      .max(0xffffffff)
      .optional()
      .describe('Of the operators; the same seed makes the same children.'),
    count: z
      .int()
      .min(1)
      .max(mostChildren)
      .optional()
      .describe(`Children by operators, 1 to ${mostChildren}; 5 where absent.`),
    experiment_id: experimentId,
  }),
  output: z.object({
    parent: z.object({ name: z.string(), version: z.int() }),
    children: z.array(
      z.object({
        name: z.string().nullable(),
        version: z.int().nullable(),
        status: z.enum(['created', 'duplicate', 'invalid']),
        changes: z.array(z.string()),
        fingerprint: z.string().nullable(),
        duplicate_of: z.object({ name: z.string(), version: z.int() }).optional(),
        errors: problems.optional(),
      }),
    ),
  }),
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  run(lab, input) {
    const { parent, children } = mutateStrategy(lab, input);
    const names = children.flatMap(({ name }) => (name === null ? [] : [name]));
    const counted = (status: string, words: string) => {
      const number = children.filter((child) => child.status === status).length;
      return number === 0 ? '' : `; ${number} ${words}`;
    };
    return {
      summary: `${names.length} of ${children.length} children of ${parent.name} v${parent.version} were stored${counted('duplicate', 'decide as an earlier strategy does')}${counted('invalid', 'are not valid')}.`,
      parent,
      children: children.map((child) => ({ ...child, fingerprint: child.fingerprint?.slice(0, 12) ?? null })),
      next: names.length === 0 ? [] : [{ tool: 'test_strategies', arguments: { names } }],
    };
  },
});
