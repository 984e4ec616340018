import { LabError } from '@stratlab/lab/error.ts';
import { mostCombinations, rankings, testStrategies } from '@stratlab/lab/test-strategies.ts';
import { testTable } from '@stratlab/lab/test-table.ts';
import { z } from 'zod';
import type { Answer } from '../answer.ts';
import { experimentId } from '../fields.ts';
import { givenMutations, problems } from '../strategy-fields.ts';
import { pagedTable, tableFields } from '../table.ts';
import { defineTool } from '../tool.ts';

const usualRows = 10;

const failures = z.array(
  z.object({
    name: z.string(),
    version: z.int().nullable(),
    symbol: z.string().nullable(),
    seed: z.int().nullable(),
    code: z.string(),
    message: z.string(),
    hint: z.string().optional(),
    problems: problems.optional(),
  }),
);

const output = z.object({
  task_id: z.string(),
  status: z.string(),
  strategies: z.int().optional(),
  combinations: z.int().optional().describe('Backtests to be run'),
  trainings: z.int().optional(),
  failures,
  check_status_tool: z.string().optional(),
  ...z.object(tableFields).partial().shape,
});

export const testStrategiesTool = defineTool({
  name: 'test_strategies',
  title: 'Test many strategies',
  toolset: 'training',
  description: {
    does: 'Validates, trains where needed, backtests, judges and ranks many strategies as one task.',
    useWhen: `you have variants: one call instead of thirty, at most ${mostCombinations} backtests. Each rule is a trial, and every row is judged against all of them.`,
    next: 'get_task_status with task_id and wait_ms; get_backtest with the best row.',
    example: { names: ['moving_average_cross', 'rsi_reversion'], limit: 5 },
  },
  input: z.strictObject({
    names: z.array(z.string()).min(1).max(100).optional().describe('Stored strategies.'),
    configs: z
      .array(z.record(z.string(), z.unknown()))
      .min(1)
      .max(100)
      .optional()
      .describe('Or documents, kept under their names.'),
    parent: z.string().optional().describe('Or a stored strategy, with mutations.'),
    mutations: givenMutations.optional(),
    symbols: z.array(z.string()).min(1).max(100).optional().describe("Instead of the strategies' own."),
    seeds: z
      .array(z.int().min(0).max(0xffffffff))
      .min(1)
      .max(20)
      .optional()
      .describe('A model for each; absent: the newest, or one is trained.'),
    rank_by: z.enum(rankings).optional().describe('Best first; adjusted_p where absent.'),
    limit: z
      .int()
      .min(1)
      .max(mostCombinations)
      .default(usualRows)
      .describe(`Rows shown, 1 to ${mostCombinations}; 10.`),
    task_id: z.string().optional().describe('Or an earlier test (task_…): shows its table.'),
    cursor: z.string().max(200).optional().describe('next_cursor of that table.'),
    experiment_id: experimentId,
  }),
  output,
  task: {
    kind: 'test',
    finished: (lab, { task_id }) => {
      const test = testTable(lab, task_id);
      return shownTable(task_id, test, { limit: test.limit });
    },
  },
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  run(lab, { task_id: earlier, cursor, ...input }) {
    if (earlier !== undefined)
      return shownTable(earlier, testTable(lab, earlier, input), { limit: input.limit, cursor });
    if (cursor !== undefined)
      throw new LabError('invalid_input', 'cursor pages an earlier test: give its task_id.', { path: 'cursor' });
    const started = testStrategies(lab, input);
    const { task_id, status, combinations, trainings, failures } = started;
    const left = failures.length === 0 ? '' : `; ${failures.length} cannot be tested`;
    return {
      summary: `The test is ${status} as ${task_id}: ${combinations} backtests, ${trainings} trainings${left}.`,
      ...started,
      next: [{ tool: 'get_task_status', arguments: { task_id, wait_ms: 20_000 }, why: 'shows the best so far' }],
    };
  },
});

/** One page of a test's table; its failures go with the first. */
function shownTable(
  task_id: string,
  { summary, status, columns, rows, failures, warnings }: ReturnType<typeof testTable>,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Answer<z.input<typeof output>> {
  const page = { task_id, limit, ...(cursor !== undefined && { cursor }) };
  const table = pagedTable(columns, rows, page, { beside: 4_000 });
  const more = { task_id, limit, cursor: table.next_cursor };
  return {
    summary,
    task_id,
    status,
    failures: cursor === undefined ? failures : [],
    ...table,
    warnings,
    next: table.next_cursor === undefined ? [] : [{ tool: 'test_strategies', arguments: more }],
  };
}
