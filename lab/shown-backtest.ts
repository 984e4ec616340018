import { verdicts } from '@stratlab/backtests/evidence.ts';
import { z } from 'zod';
import { baselineSchema } from './backtest.ts';

const figure = z.number().nullable();

/** The answer of `run_backtest` as it is stored, as far as others read it back. */
export const backtestAnswerSchema = z.object({
  sample: z.enum(['in_sample', 'out_of_sample', 'mixed']),
  metrics: z.object({ undefined: z.record(z.string(), z.string()) }).catchall(figure),
  trades_count: z.int(),
  benchmark: z.object({ buy_and_hold: baselineSchema }),
  baselines: z.record(z.string(), baselineSchema),
  trials: z.object({ family: z.int(), effective: z.number(), family_name: z.string(), new_trial: z.boolean() }),
  evidence: z.object({ verdict: z.enum(verdicts), reason: z.string(), adjusted_p: figure }),
  execution: z.record(z.string(), z.unknown()),
  initial_capital: z.number(),
  data: z.object({ hash: z.string(), synthetic: z.boolean(), sealed_from: z.string().nullable() }),
  warnings: z.array(z.string()),
});
