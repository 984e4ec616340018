import { barTableColumns, getMarketData } from '@stratlab/lab/get-market-data.ts';
import { z } from 'zod';
import { answerBudget, bytesOf } from '../budget.ts';
import { dates, readOnly, symbol } from '../data-fields.ts';
import { timeframe } from '../fields.ts';
import { type PageInput, pagedTable, paging, type Rows, tableFields } from '../table.ts';
import { defineTool } from '../tool.ts';

const usualRows = 100;
/** What the fields beside the table take, in bytes. */
const beside = 400;

export const getMarketDataTool = defineTool({
  name: 'get_market_data',
  title: 'Get bars',
  toolset: 'data',
  description: {
    does: 'Returns bars as rows, oldest first, stamped at their start; never beyond the seal.',
    useWhen: 'you need prices themselves. For ranges of indicators compute_indicators is shorter.',
    next: 'the same call with cursor = next_cursor for what follows.',
    example: { symbol: 'SPX', timeframe: '1d', start_date: '2008-09-01', end_date: '2008-10-31' },
  },
  input: z.strictObject({
    symbol,
    timeframe,
    ...dates,
    ...paging,
    limit: paging.limit.describe(
      `Rows to answer with, 1 to 10000; ${usualRows}, or what fits into 8 kB, where absent.`,
    ),
  }),
  output: z.object({ symbol: z.string(), timeframe: z.string(), synthetic: z.boolean(), ...tableFields }),
  annotations: readOnly,
  run(lab, input) {
    const { symbol, timeframe, synthetic, date_range, rows, warnings } = getMarketData(lab, input);
    const table = pageOfBars(rows, input);
    const span = `${date_range.start} to ${date_range.end}`;
    return {
      summary: `${table.rows.length} of ${rows.length} bars of ${symbol} ${timeframe}, ${span}.`,
      symbol,
      timeframe,
      synthetic,
      ...table,
      warnings,
    };
  },
});

/** Without a limit the usual rows, or the share of them that an answer holds. */
function pageOfBars(rows: Rows, input: PageInput) {
  const page = (limit: number) => pagedTable(barTableColumns, rows, { ...input, limit });
  if (input.limit !== undefined) return page(input.limit);
  const usual = page(usualRows);
  const share = (answerBudget - beside) / bytesOf(usual);
  return share >= 1 ? usual : page(Math.floor(usual.rows.length * share));
}
