import { experimentColumns, listExperiments } from '@stratlab/lab/list-experiments.ts';
import { z } from 'zod';
import { readOnly } from '../data-fields.ts';
import { pagedTable, paging, tableFields } from '../table.ts';
import { defineTool } from '../tool.ts';

export const listExperimentsTool = defineTool({
  name: 'list_experiments',
  title: 'List experiments',
  toolset: 'knowledge',
  description: {
    does: 'Lists experiments, newest first, with criterion, outcome and counted trials.',
    useWhen: 'you look for what was asked before, or for an experiment that is still open.',
    next: 'get_experiment with the id of a row.',
    example: { status: 'open' },
  },
  input: z.strictObject({
    status: z.enum(['open', 'ended']).optional().describe('Only those.'),
    query: z.string().max(200).optional().describe('Part of the name, the hypothesis or a tag.'),
    ...paging,
  }),
  output: z.object(tableFields),
  annotations: readOnly,
  run(lab, input) {
    const rows = listExperiments(lab, input);
    return {
      summary: rows.length === 0 ? 'No experiment fits.' : `${rows.length} experiments.`,
      ...pagedTable(experimentColumns, rows, input),
      next: rows.slice(0, 1).map(([id]) => ({ tool: 'get_experiment', arguments: { experiment_id: id } })),
    };
  },
});
