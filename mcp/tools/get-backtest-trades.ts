import { getBacktestTrades, tradeColumns } from '@stratlab/lab/get-backtest-trades.ts';
import { z } from 'zod';
import { pagedTable, paging, tableFields } from '../table.ts';
import { defineTool } from '../tool.ts';

export const getBacktestTradesTool = defineTool({
  name: 'get_backtest_trades',
  title: 'Trades of a backtest',
  toolset: 'backtest',
  description: {
    does: 'Lists the closed trades of a backtest in the order of their exits.',
    useWhen: 'you want to see where money was made or lost, or check a fill.',
    next: 'get_chart with kind trades.',
    example: { backtest_id: 'backtest_2h7k9m4qxw', limit: 20 },
  },
  input: z.strictObject({ backtest_id: z.string().describe('backtest_…'), ...paging }),
  output: z.object(tableFields),
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  run(lab, input) {
    const rows = getBacktestTrades(lab, input);
    const table = pagedTable(tradeColumns, rows, input);
    return {
      summary:
        rows.length === 0 ? 'No trade was closed.' : `${rows.length} closed trades, ${table.rows.length} of them here.`,
      ...table,
    };
  },
});
