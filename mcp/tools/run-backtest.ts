import { runBacktest } from '@stratlab/lab/run-backtest.ts';
import { type BacktestAnswer, backtestAnswerSchema } from '@stratlab/lab/shown-backtest.ts';
import { z } from 'zod';
import type { Answer } from '../answer.ts';
import { backtestFields } from '../backtest-fields.ts';
import { experimentId, timeframe } from '../fields.ts';
import { defineTool } from '../tool.ts';

const output = z.object(backtestFields);

export const runBacktestTool = defineTool({
  name: 'run_backtest',
  title: 'Run a backtest',
  toolset: 'backtest',
  description: {
    does: 'Runs a strategy through the simulated market, costs paid, beside buy-and-hold and its baselines, and judges it.',
    useWhen: 'a strategy validates (and its model is trained). Each new rule whose result is shown counts as a trial.',
    next: 'get_backtest with detail full, get_chart, save_insight. An edge only in sample is no edge.',
    example: { strategy_name: 'rsi_reversion' },
  },
  input: z.strictObject({
    strategy_name: z.string().describe('Name of a stored strategy.'),
    version: z.int().min(1).optional().describe('Its version; the newest where absent.'),
    model_id: z.string().optional().describe('Model to decide by; the newest of the version where absent.'),
    symbol: z.string().optional().describe("Symbol to trade instead of the strategy's first."),
    timeframe: timeframe.optional(),
    start_date: z.string().optional().describe('First bar decided on: YYYY-MM-DD, or a time with offset.'),
    end_date: z.string().optional().describe('Last bar, that day included; beyond the seal is an error.'),
    segment: z
      .enum(['test', 'validation', 'train', 'all'])
      .optional()
      .describe('Part of the model to run on; models: test, else all that may be seen.'),
    initial_capital: z.number().positive().max(1e12).optional().describe('Account currency; 100000 where absent.'),
    periods_per_year: z
      .number()
      .positive()
      .max(1e6)
      .optional()
      .describe("Sessions a year to annualise by instead of the calendar's."),
    execution: z
      .record(z.string(), z.unknown())
      .optional()
      .describe('Keys of the strategy\'s execution block to replace whole: {"fill": "next_close"}.'),
    experiment_id: experimentId,
  }),
  output,
  task: { kind: 'backtest', finished: (_lab, task) => shown(backtestAnswerSchema.parse(task.result)) },
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: false },
  async run(lab, input, context) {
    const answer = await runBacktest(lab, input, context);
    if (!('backtest_id' in answer)) {
      return {
        summary: `The backtest is ${answer.status} as ${answer.task_id}.`,
        ...answer,
        next: [
          {
            tool: 'get_task_status',
            arguments: { task_id: answer.task_id, wait_ms: 20_000 },
            why: 'its result has the same fields',
          },
        ],
      };
    }
    return shown(answer);
  },
});

function shown(answer: BacktestAnswer): Answer<z.input<typeof output>> {
  const { kind: _kind, id: _id, ...fields } = answer;
  return {
    ...fields,
    next: [
      {
        tool: 'get_backtest',
        arguments: { backtest_id: answer.backtest_id, detail: 'full' },
        why: 'years, drawdowns, equity',
      },
      { tool: 'get_chart', arguments: { id: answer.backtest_id, kind: 'equity' } },
      {
        tool: 'save_insight',
        arguments: {
          category: answer.evidence.verdict === 'no_evidence' ? 'failure' : 'pattern',
          content: answer.summary,
          evidence_ids: [answer.backtest_id],
        },
      },
    ],
  };
}
