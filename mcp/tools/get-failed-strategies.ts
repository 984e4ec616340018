import { getFailedStrategies } from '@stratlab/lab/get-failed-strategies.ts';
import { z } from 'zod';
import { readOnly } from '../data-fields.ts';
import { timeframe } from '../fields.ts';
import { pagedList, paging } from '../table.ts';
import { defineTool } from '../tool.ts';

export const getFailedStrategiesTool = defineTool({
  name: 'get_failed_strategies',
  title: 'What has failed',
  toolset: 'knowledge',
  description: {
    does: 'Lists strategies that failed: no evidence, or worse than buy-and-hold after costs; and what they share.',
    useWhen: 'you choose what to try next, so that nothing is tried twice under another name.',
    next: 'get_backtest with a backtest_id; save_insight where the cause is clear.',
    example: { criteria: { symbol: 'SPX', indicator: 'rsi' } },
  },
  input: z.strictObject({
    criteria: z
      .strictObject({
        symbol: z.string().optional().describe('Only on this symbol.'),
        timeframe: timeframe.optional(),
        indicator: z.string().optional().describe('Only those that use this indicator: rsi.'),
        below: z
          .record(z.string(), z.number())
          .optional()
          .describe('What counts as failed besides: a metric below this value, {"sharpe": 0.5}.'),
        since: z.string().optional().describe('Only from this date on: YYYY-MM-DD, or a time with offset.'),
      })
      .default({})
      .describe('Which failures.'),
    ...paging,
  }),
  output: z.object({
    failures: z.array(
      z.object({
        name: z.string(),
        version: z.int(),
        backtest_id: z.string(),
        symbol: z.string(),
        timeframe: z.string(),
        date: z.string(),
        reasons: z.array(z.string()),
        metrics: z.record(z.string(), z.number().nullable()),
      }),
    ),
    common: z.array(z.string()),
    total: z.int(),
    next_cursor: z.string().optional(),
  }),
  annotations: readOnly,
  run(lab, input) {
    const { failures, common } = getFailedStrategies(lab, input.criteria);
    const { items, ...rest } = pagedList(failures, input, { usual: 20 });
    return {
      summary:
        failures.length === 0
          ? 'No failure of that kind is recorded.'
          : `${failures.length} failed${common.length === 0 ? '' : `; ${common[0]}`}.`,
      failures: items,
      common,
      total: failures.length,
      ...rest,
      next: items.slice(0, 1).map(({ backtest_id }) => ({ tool: 'get_backtest', arguments: { backtest_id } })),
    };
  },
});
