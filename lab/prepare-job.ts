import { errorCodes, LabError } from '@stratlab/data/error.ts';
import type { Job } from '@stratlab/jobs/job-store.ts';
import { z } from 'zod';
import { endedTest } from './ended-tests.ts';
import type { Lab } from './lab.ts';
import { type LateBacktest, lateBacktestSchema } from './orders.ts';
import { orderOf } from './run-backtest.ts';
import { requireTask } from './task-view.ts';
import { testOrderSchema } from './test-order.ts';

/** What a job's process is told, from what the lab knows when the job is taken. */
export function prepareJob(lab: Lab, { id, kind, payload }: Job): unknown {
  if (kind === 'test') return endedTest(lab, id, testOrderSchema.parse(payload));
  const late = kind === 'backtest' ? lateBacktestSchema.safeParse(payload).data : undefined;
  return late === undefined ? payload : backtestOrder(lab, late);
}

function backtestOrder(lab: Lab, late: LateBacktest) {
  const { order } = orderOf(lab, {
    strategy_name: late.strategyName,
    version: late.strategyVersion,
    model_id: modelOf(lab, late),
    symbol: late.symbol ?? undefined,
    experiment_id: late.experimentId ?? undefined,
  });
  return order;
}

const trained = z.object({ id: z.string() });

/** Throws what its training failed with. */
function modelOf(lab: Lab, { modelId, trainingId }: LateBacktest): string | undefined {
  if (trainingId === null) return modelId ?? undefined;
  const { status, result, error } = requireTask(lab, trainingId);
  if (status === 'completed') return trained.parse(result).id;
  const code = errorCodes.find((known) => known === error?.code) ?? (status === 'cancelled' ? 'cancelled' : 'internal');
  const hint = error?.hint;
  throw new LabError(
    code,
    `Its training ${status === 'failed' ? 'failed' : `was ${status}`}: ${error?.message ?? trainingId}`,
    {
      ...(hint !== undefined && { hint }),
    },
  );
}
