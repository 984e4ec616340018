import { getExperiment, resultColumns, timelineColumns } from '@stratlab/lab/get-experiment.ts';
import { z } from 'zod';
import { bytesOf } from '../budget.ts';
import { readOnly } from '../data-fields.ts';
import { budgetFields, budgetLeft, criterion, outcome } from '../knowledge-fields.ts';
import { pagedTable, paging, tableFields } from '../table.ts';
import { defineTool } from '../tool.ts';

const table = z.object(tableFields);
const mostResults = 10;
/** Bytes of the answer for summary, next and what holds the fields together. */
const reserve = 700;

export const getExperimentTool = defineTool({
  name: 'get_experiment',
  title: 'Look at an experiment',
  toolset: 'knowledge',
  description: {
    does: 'Shows an experiment: what was claimed, its ten best results, what is left of its budget, and all that was done.',
    useWhen: 'you go on with an experiment after a pause, or judge one.',
    next: 'get_backtest for a result; end_experiment once the question is answered.',
    example: { experiment_id: 'experiment_2h7k9m4qxw' },
  },
  input: z.strictObject({
    experiment_id: z.string().describe('experiment_…'),
    limit: paging.limit.describe('Rows of the timeline, 1 to 10000. Without it: as many as fit into 8 kB.'),
    cursor: paging.cursor,
  }),
  output: z.object({
    experiment_id: z.string(),
    name: z.string(),
    hypothesis: z.string(),
    criterion,
    status: z.enum(['open', 'ended']),
    outcome: outcome.nullable(),
    conclusion: z.string().nullable(),
    tags: z.array(z.string()),
    parent_id: z.string().nullable(),
    ...budgetFields,
    budget_left: budgetLeft,
    created_at: z.string(),
    ended_at: z.string().nullable(),
    results: table,
    timeline: table,
    next_cursor: z.string().optional(),
  }),
  annotations: readOnly,
  run(lab, input) {
    const { results, timeline, ...experiment } = getExperiment(lab, input);
    const best = pagedTable(resultColumns, results.slice(0, mostResults), {});
    const shown = { ...experiment, results: { ...best, total_rows: results.length } };
    const beside = bytesOf(shown) + reserve;
    const { next_cursor, ...page } = pagedTable(timelineColumns, timeline, input, { beside });
    const { name, status, outcome: found, spent, experiment_id } = experiment;
    return {
      summary: `${found ?? 'Open'}: "${name}" after ${spent.trials} trials and ${results.length} backtests.`,
      ...shown,
      timeline: page,
      ...(next_cursor !== undefined && { next_cursor }),
      next: [
        ...best.rows.slice(0, 1).map(([backtest_id]) => ({ tool: 'get_backtest', arguments: { backtest_id } })),
        ...(status === 'open' ? [{ tool: 'get_task_status', arguments: { experiment_id } }] : []),
      ],
    };
  },
});
