import { LabError } from '@stratlab/data/error.ts';
import type { JobRecord } from '@stratlab/jobs/job-store.ts';
import { findTask, markRead } from '@stratlab/knowledge/ledger.ts';
import { listTaskIds, openTaskIds } from '@stratlab/knowledge/tasks.ts';
import { awaitSomeEnd } from './await-task.ts';
import { requireExperiment } from './find-experiment.ts';
import type { Lab } from './lab.ts';
import { isEnded, requireTask, type TaskView, taskView } from './task-view.ts';

export interface GetTaskStatus {
  task_id?: string | undefined;
  task_ids?: readonly string[] | undefined;
  experiment_id?: string | undefined;
  /** 0 to `longestWaitMs`. */
  wait_ms?: number | undefined;
}

interface Watching {
  progress?: (percent: number, message: string) => void;
  signal?: AbortSignal;
}

export const longestWaitMs = 20_000;
/** Leaves the answer time to be written within 20 s. */
const writingMs = 500;
const mostShown = 15;
const mostWatched = 200;

/**
 * The tasks asked for, or those under way and those whose end was never shown. With `wait_ms` it first waits until one
 * that is under way ends, unless an end among them is news already. An end that is shown counts as read.
 */
export async function getTaskStatus(
  lab: Lab,
  input: GetTaskStatus,
  { progress, signal }: Watching = {},
): Promise<{ tasks: TaskView[]; warnings: string[] }> {
  const ids = askedFor(lab, input);
  const path = input.task_id === undefined ? 'task_ids' : 'task_id';
  const read = () => ids.slice(0, mostWatched).map((id) => requireTask(lab, id, path));
  const before = read();
  const underWay = before.filter((record) => !isEnded(record)).map(({ id }) => id);
  if (!before.some((record) => isNews(lab, record))) {
    await awaitSomeEnd(lab, underWay, Math.min(input.wait_ms ?? 0, longestWaitMs - writingMs), {
      signal,
      onProgress: ({ progress: { percent, stage } }) => underWay.length === 1 && progress?.(percent, stage),
    });
  }
  const shown = mostTelling(lab, read());
  const at = Date.now();
  for (const record of shown) if (isEnded(record)) markRead(lab.database, record.id, at);
  const left = ids.length - shown.length;
  return {
    tasks: shown.map((record) => taskView(lab, record)),
    warnings: left === 0 ? [] : [`${left} more are not shown here: ask for them by task_ids, or list_tasks.`],
  };
}

/** It has ended, and nobody was told. */
function isNews({ database }: Lab, record: JobRecord): boolean {
  return isEnded(record) && findTask(database, record.id)?.readAt === null;
}

/** As they were asked for; of too many first the news, then those under way. */
function mostTelling(lab: Lab, records: JobRecord[]): JobRecord[] {
  if (records.length <= mostShown) return records;
  const rank = (record: JobRecord) => (isNews(lab, record) ? 0 : isEnded(record) ? 2 : 1);
  const ranked = records.map((record) => ({ record, rank: rank(record) })).sort((a, b) => a.rank - b.rank);
  return ranked.slice(0, mostShown).map(({ record }) => record);
}

function askedFor(lab: Lab, { task_id, task_ids, experiment_id }: GetTaskStatus): string[] {
  if ([task_id, task_ids, experiment_id].filter((asked) => asked !== undefined).length > 1) {
    throw new LabError('invalid_input', 'Give one of task_id, task_ids and experiment_id, or none.', {
      path: 'task_id',
      hint: 'None means every task that is under way or whose end was not shown yet.',
    });
  }
  if (task_id !== undefined) return [task_id];
  if (task_ids !== undefined) return [...new Set(task_ids)];
  if (experiment_id === undefined) return openTaskIds(lab.database);
  return listTaskIds(lab.database, { experimentId: requireExperiment(lab, experiment_id).id });
}
