import { listStrategies, strategyColumns } from '@stratlab/lab/list-strategies.ts';
import { z } from 'zod';
import { pagedTable, paging, tableFields } from '../table.ts';
import { defineTool } from '../tool.ts';

export const listStrategiesTool = defineTool({
  name: 'list_strategies',
  title: 'List strategies',
  toolset: 'strategy',
  description: {
    does: 'Lists stored strategies, newest first, each with the best result any of its versions had.',
    useWhen: 'you want to know what has been tried, or look for a name.',
    next: 'get_strategy, run_backtest.',
    example: { query: 'rsi' },
  },
  input: z.strictObject({
    query: z.string().max(200).optional().describe('Part of a name, description or hypothesis.'),
    symbol: z.string().max(64).optional().describe('Only strategies made for this symbol.'),
    ...paging,
  }),
  output: z.object(tableFields),
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  run(lab, input) {
    const rows = listStrategies(lab, input);
    const summary = rows.length === 0 ? 'No strategy fits.' : `${rows.length} strategies.`;
    return { summary, ...pagedTable(strategyColumns, rows, input, { usual: 100 }) };
  },
});
