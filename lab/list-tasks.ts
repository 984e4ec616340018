import type { JobStatus } from '@stratlab/jobs/job-store.ts';
import { listTaskIds } from '@stratlab/knowledge/tasks.ts';
import { requireExperiment } from './find-experiment.ts';
import type { Lab } from './lab.ts';
import { briefTask, requireTask, type TaskView, taskView } from './task-view.ts';

export { jobStatuses as taskStatuses } from '@stratlab/jobs/job-store.ts';

export interface ListTasks {
  status?: JobStatus | undefined;
  kind?: string | undefined;
  experiment_id?: string | undefined;
}

/** Newest first, results in brief; only the part that is cut out is read. */
export function listTasks(
  lab: Lab,
  { status, kind, experiment_id }: ListTasks,
): { length: number; slice(start: number, end: number): TaskView[] } {
  const experimentId = experiment_id === undefined ? undefined : requireExperiment(lab, experiment_id).id;
  const ids = listTaskIds(lab.database, { status, kind, experimentId });
  return {
    length: ids.length,
    slice: (start, end) => ids.slice(start, end).map((id) => briefTask(taskView(lab, requireTask(lab, id)))),
  };
}
