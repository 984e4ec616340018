import { taskStatuses } from '@stratlab/lab/list-tasks.ts';
import { isEnded, type TaskView } from '@stratlab/lab/task-view.ts';
import { z } from 'zod';
import type { NextCall } from './answer.ts';

export const status = z.enum(taskStatuses);

/** What a task is shown as. */
export const taskFields = {
  task_id: z.string(),
  kind: z.string(),
  subject: z.string(),
  strategy_name: z.string().optional(),
  version: z.int().optional(),
  status,
  progress: z.number().min(0).max(100),
  stage: z.string(),
  eta_ms: z.number().nullable(),
  waiting_reason: z.string().optional(),
  attempt: z.int(),
  children: z.object({ queued: z.int(), running: z.int(), completed: z.int(), failed: z.int() }).optional(),
  partial: z.record(z.string(), z.unknown()).optional(),
  result: z.record(z.string(), z.unknown()).optional(),
  error: z.object({ code: z.string(), message: z.string(), hint: z.string().optional() }).optional(),
  experiment_id: z.string().nullable(),
  created_at: z.string(),
  started_at: z.string().nullable(),
  finished_at: z.string().nullable(),
};

/** Where one task stands, in a sentence. */
export function taskInWords(task: TaskView): string {
  const { subject, progress, stage, eta_ms: eta } = task;
  const left = eta === null ? '' : `, about ${Math.max(1, Math.round(eta / 1000))} s left`;
  switch (task.status) {
    case 'completed':
      return `Completed: ${task.result?.summary ?? subject}`;
    case 'failed':
    case 'interrupted':
      return `${task.status === 'failed' ? 'Failed' : 'Interrupted'}: ${subject}. ${task.error?.message ?? ''}`.trim();
    case 'running':
      return `Running, ${Math.round(progress)} %${stage === '' ? '' : ` (${stage})`}${left}: ${subject}.`;
    case 'queued':
      return `Queued, ${task.waiting_reason}: ${subject}.`;
    case 'cancelled':
      return `Cancelled: ${subject}.`;
  }
}

/** `2 running, 1 completed.` */
export function tasksInWords(tasks: readonly TaskView[]): string {
  const counts = taskStatuses.flatMap((name) => {
    const number = tasks.filter((task) => task.status === name).length;
    return number === 0 ? [] : [`${number} ${name}`];
  });
  return `${counts.join(', ')}.`;
}

/** What to do with a task: wait for it, use what it made. */
export function nextAfter(task: TaskView): NextCall[] {
  const { task_id, strategy_name, version, result } = task;
  if (!isEnded(task)) return [{ tool: 'get_task_status', arguments: { task_id, wait_ms: 20_000 } }];
  if (result?.kind === 'model' && strategy_name !== undefined) {
    return [{ tool: 'run_backtest', arguments: { strategy_name, version, model_id: result.id } }];
  }
  if (result?.kind === 'test') return nextAfterTest(task_id, result);
  if (result?.kind === 'backtest') return [{ tool: 'get_backtest', arguments: { backtest_id: result.id } }];
  return [];
}

/** The best backtest, and the rows that were not shown. */
function nextAfterTest(task_id: string, { columns, rows, total_rows: total }: Record<string, unknown>): NextCall[] {
  if (!Array.isArray(columns) || !Array.isArray(rows) || rows.length === 0) return [];
  const best = { tool: 'get_backtest', arguments: { backtest_id: rows[0][columns.indexOf('backtest_id')] } };
  return rows.length === total
    ? [best]
    : [best, { tool: 'test_strategies', arguments: { task_id, limit: Number(total) }, why: 'shows every row' }];
}
