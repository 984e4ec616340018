import { getBacktest } from '@stratlab/lab/get-backtest.ts';
import { z } from 'zod';
import { backtestFields } from '../backtest-fields.ts';
import { defineTool } from '../tool.ts';

const figure = z.number().nullable();

const pointFields = {
  columns: z.array(z.string()),
  rows: z.array(z.array(z.union([z.string(), figure]))),
};

export const getBacktestTool = defineTool({
  name: 'get_backtest',
  title: 'Look at a backtest',
  toolset: 'backtest',
  description: {
    does: 'Shows an earlier backtest again; with detail full also its years, drawdowns and equity in thirty points.',
    useWhen: 'you need more of a result than its headline. Looking again costs no trial.',
    next: 'get_backtest_trades, get_chart.',
    example: { backtest_id: 'backtest_2h7k9m4qxw', detail: 'full' },
  },
  input: z.strictObject({
    backtest_id: z.string().describe('backtest_…'),
    detail: z
      .enum(['summary', 'full'])
      .default('summary')
      .describe('summary: as first shown; full: years, drawdowns, equity too.'),
  }),
  output: z.object({
    ...backtestFields,
    created_at: z.string(),
    experiment_id: z.string().nullable(),
    by_year: z.array(z.object({ year: z.int(), return: z.number(), sessions: z.int() })).optional(),
    by_regime: z
      .array(z.object({ regime: z.string(), sessions: z.int(), total_return: z.number(), sharpe: figure }))
      .optional(),
    best_month: figure.optional(),
    worst_month: figure.optional(),
    drawdowns: z
      .array(
        z.object({
          depth: z.number(),
          peak_at: z.string(),
          trough_at: z.string(),
          recovered_at: z.string().nullable(),
          length_days: z.number(),
        }),
      )
      .optional(),
    rolling_sharpe: z.object({ sessions: z.int(), ...pointFields }).optional(),
    trade_distribution: z.record(z.string(), z.unknown()).optional(),
    excursions: z.record(z.string(), z.unknown()).optional(),
    capacity: z.record(z.string(), z.unknown()).nullable().optional(),
    equity: z.object(pointFields).optional(),
  }),
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  run(lab, input) {
    const { answer, details } = getBacktest(lab, input);
    const shown = z.object(backtestFields).parse(answer);
    return {
      summary: answer.summary,
      ...shown,
      created_at: answer.created_at,
      experiment_id: answer.experiment_id,
      ...details,
      next: [{ tool: 'get_backtest_trades', arguments: { backtest_id: input.backtest_id } }],
      ...(input.detail === 'full' && { attachments: [reportLink(input.backtest_id)] }),
    };
  },
});

function reportLink(id: string) {
  const uri = `lab://backtests/${id}/report.html`;
  return { type: 'resource_link' as const, uri, name: `report of ${id}`, mimeType: 'text/html' };
}
