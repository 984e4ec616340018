import { verdicts } from '@stratlab/backtests/evidence.ts';
import { z } from 'zod';
import { baselineSchema } from './simulated-run.ts';

const figure = z.number().nullable();
const reasons = z.record(z.string(), z.string());

/** The answer of `run_backtest` as it is shown and stored: what a task's result and `get_backtest` give again. */
export const backtestAnswerSchema = z.strictObject({
  kind: z.literal('backtest'),
  id: z.string(),
  summary: z.string(),
  backtest_id: z.string(),
  strategy_name: z.string(),
  version: z.int(),
  model_id: z.string().nullable(),
  symbol: z.string(),
  /** Every instrument traded. */
  symbols: z.array(z.string()),
  timeframe: z.string(),
  segment: z.enum(['test', 'validation', 'train', 'all']),
  span: z.strictObject({ start: z.string(), end: z.string(), bars: z.int(), sessions: z.int() }),
  sample: z.enum(['in_sample', 'out_of_sample', 'mixed']),
  /** Figures by name; `undefined` says why some have none. */
  metrics: z.record(z.string(), z.union([figure, reasons])),
  trades_count: z.int(),
  benchmark: z.strictObject({ buy_and_hold: baselineSchema }),
  baselines: z.record(z.string(), baselineSchema),
  /** Distinct rules shown in the family, the independent ones they amount to, and whether this was a new one. */
  trials: z.strictObject({ family: z.int(), effective: z.number(), family_name: z.string(), new_trial: z.boolean() }),
  evidence: z.strictObject({
    verdict: z.enum(verdicts),
    reason: z.string(),
    adjusted_p: figure,
    p: figure,
    psr: figure,
    deflated_sharpe: figure,
    min_track_record_days: figure,
  }),
  /** As used, defaults filled in, with the costs it came to. */
  execution: z.record(z.string(), z.unknown()),
  initial_capital: z.number(),
  data: z.strictObject({ hash: z.string(), synthetic: z.boolean(), sealed_from: z.string().nullable() }),
  fingerprint: z.string(),
  artifact_hash: z.string().nullable(),
  result_hash: z.string(),
  code_version: z.string(),
  warnings: z.array(z.string()),
});
export type BacktestAnswer = z.output<typeof backtestAnswerSchema>;

/** The figures of an answer apart from the reasons why some have none. */
export function figuresOf({ metrics }: Pick<BacktestAnswer, 'metrics'>) {
  const figures: Record<string, number | null> = {};
  const undefinedFigures: Record<string, string> = {};
  for (const [name, value] of Object.entries(metrics)) {
    if (value === null || typeof value === 'number') figures[name] = value;
    else Object.assign(undefinedFigures, value);
  }
  return { figures, undefinedFigures };
}
