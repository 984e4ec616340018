import { z } from 'zod';

const figure = z.number().nullable();
const baseline = z.object({ name: z.string(), total_return: figure, sharpe: figure, max_drawdown: figure });

/** What a backtest is shown as; a run that became a task has `task_id`, `status` and `check_status_tool` instead. */
export const backtestFields = {
  backtest_id: z.string().optional(),
  strategy_name: z.string().optional(),
  version: z.int().optional(),
  model_id: z.string().nullable().optional(),
  symbol: z.string().optional(),
  symbols: z.array(z.string()).optional(),
  timeframe: z.string().optional(),
  segment: z.string().optional(),
  span: z.object({ start: z.string(), end: z.string(), bars: z.int(), sessions: z.int() }).optional(),
  sample: z.enum(['in_sample', 'out_of_sample', 'mixed']).optional(),
  metrics: z.record(z.string(), z.union([figure, z.record(z.string(), z.string())])).optional(),
  trades_count: z.int().optional(),
  benchmark: z.object({ buy_and_hold: baseline }).optional(),
  baselines: z.record(z.string(), baseline).optional(),
  trials: z
    .object({ family: z.int(), effective: z.number(), family_name: z.string(), new_trial: z.boolean() })
    .optional(),
  evidence: z
    .object({
      verdict: z.enum(['no_evidence', 'weak', 'moderate', 'strong']),
      reason: z.string(),
      adjusted_p: figure,
      p: figure,
      psr: figure,
      deflated_sharpe: figure,
      min_track_record_days: figure,
    })
    .optional(),
  execution: z.record(z.string(), z.unknown()).optional(),
  initial_capital: z.number().optional(),
  data: z.object({ hash: z.string(), synthetic: z.boolean(), sealed_from: z.string().nullable() }).optional(),
  fingerprint: z.string().optional(),
  artifact_hash: z.string().nullable().optional(),
  result_hash: z.string().optional(),
  code_version: z.string().optional(),
  task_id: z.string().optional(),
  status: z.string().optional(),
  check_status_tool: z.string().optional(),
};
