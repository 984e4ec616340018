import { listMarketData } from '@stratlab/lab/list-market-data.ts';
import { z } from 'zod';
import { readOnly } from '../data-fields.ts';
import { timeframe } from '../fields.ts';
import { pagedTable, paging, tableFields } from '../table.ts';
import { defineTool } from '../tool.ts';

const columns = [
  'symbol',
  'timeframe',
  'rows',
  'start',
  'end',
  'sealed_from',
  'asset_class',
  'source',
  'synthetic',
  'grade',
] as const;

export const listMarketDataTool = defineTool({
  name: 'list_market_data',
  title: 'List market data',
  toolset: 'data',
  description: {
    does: 'Lists the stored series: bars that may be seen, where the seal begins, source, and grade of quality.',
    useWhen: 'you need to know which symbols, timeframes and dates there are before asking for anything else.',
    next: 'load_market_data with a symbol and timeframe of a row.',
    example: { query: 'SPX', timeframe: '1d' },
  },
  input: z.strictObject({
    query: z.string().max(100).optional().describe('Part of a symbol, a source or an asset class.'),
    timeframe: timeframe.optional(),
    ...paging,
  }),
  output: z.object(tableFields),
  annotations: readOnly,
  run(lab, input) {
    const { series, stored } = listMarketData(lab, input);
    const rows = series.map((listing) => columns.map((column) => listing[column]));
    const [first] = series;
    return {
      summary: sentence(series.length, stored),
      ...pagedTable(columns, rows, input),
      next:
        first === undefined
          ? [synthetic]
          : [
              {
                tool: 'load_market_data',
                arguments: { symbol: first.symbol, timeframe: first.timeframe },
                why: 'its quality',
              },
            ],
    };
  },
});

const synthetic = {
  tool: 'load_market_data',
  arguments: { symbol: 'SYN-FUZZY_RSI-1', timeframe: '1h', mode: 'full', provider: 'synthetic' },
  why: 'a synthetic market with a known edge; real bars come in by stratlab import',
};

function sentence(found: number, stored: number): string {
  if (stored === 0) return 'No market data is stored.';
  return found === stored ? `${stored} series are stored.` : `${found} of ${stored} stored series fit.`;
}
