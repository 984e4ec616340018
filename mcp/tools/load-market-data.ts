import { loadMarketData, loadModes } from '@stratlab/lab/load-market-data.ts';
import { z } from 'zod';
import { barsSeen, dates, finding, grade, symbol, verdictOf } from '../data-fields.ts';
import { timeframe } from '../fields.ts';
import { defineTool } from '../tool.ts';

export const loadMarketDataTool = defineTool({
  name: 'load_market_data',
  title: 'Load market data',
  toolset: 'data',
  description: {
    does: 'Shows what the lab has of a series and how good it is; or makes a synthetic market.',
    useWhen:
      'you are about to research a symbol. mode full with provider synthetic makes SYN-<MARKET>-<seed> (markets noise, garch, ar1, regime, fuzzy_rsi), 5000 bars unless both dates are given; real bars come in by stratlab import.',
    next: 'compute_indicators, to see the range of what the strategy will use; check findings before trusting a result.',
    example: { symbol: 'SPX', timeframe: '1d' },
  },
  input: z.strictObject({
    symbol,
    timeframe,
    ...dates,
    mode: z
      .enum(loadModes)
      .default('local')
      .describe(
        'local: what is stored, coarser timeframes made from finer. full: make it new, with a provider. tail and backfill: no provider offers them yet.',
      ),
    provider: z.string().max(64).optional().describe('Only "synthetic", with mode full.'),
  }),
  output: z.object({
    ...barsSeen,
    missing_bars: z.int(),
    grade,
    findings: z.array(finding),
    sealed_from: z.string().nullable(),
    synthetic: z.boolean(),
    source: z.string(),
    preview: z.object({ columns: z.array(z.string()), rows: z.array(z.array(z.union([z.string(), z.number()]))) }),
  }),
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  run(lab, input) {
    const loaded = loadMarketData(lab, input);
    const { symbol, timeframe, data_points, date_range } = loaded;
    const span = `${date_range.start.slice(0, 10)} to ${date_range.end.slice(0, 10)}`;
    return {
      summary: `${symbol} ${timeframe}: ${data_points} bars from ${span}, ${verdictOf(loaded)}.`,
      ...loaded,
      next: [
        {
          tool: 'compute_indicators',
          arguments: { symbol, timeframe, indicators: { rsi_14: { type: 'rsi', period: 14 } } },
          why: 'the range of an indicator, to place fuzzy sets',
        },
        { tool: 'get_strategy_schema', arguments: {} },
      ],
    };
  },
});
