import { listModels, modelColumns } from '@stratlab/lab/list-models.ts';
import { z } from 'zod';
import { pagedTable, paging, tableFields } from '../table.ts';
import { defineTool } from '../tool.ts';

export const listModelsTool = defineTool({
  name: 'list_models',
  title: 'List models',
  toolset: 'training',
  description: {
    does: 'Lists trained models, newest first, with test accuracy beside that of the most frequent class.',
    useWhen: 'you look for a model to backtest, or want to know what was trained before.',
    next: 'get_model, run_backtest with model_id.',
    example: { strategy_name: 'rsi_reversion' },
  },
  input: z.strictObject({
    strategy_name: z.string().optional().describe('Only models of this strategy.'),
    version: z.int().min(1).optional().describe('Only of this version.'),
    symbol: z.string().optional().describe('Only those trained on this symbol.'),
    experiment_id: z.string().optional().describe('Only those of this experiment.'),
    ...paging,
  }),
  output: z.object(tableFields),
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  run(lab, { limit, cursor, ...filter }) {
    const rows = listModels(lab, filter);
    return {
      summary: rows.length === 0 ? 'No model fits.' : `${rows.length} models.`,
      ...pagedTable(modelColumns, rows, { limit, cursor, ...filter }),
    };
  },
});
