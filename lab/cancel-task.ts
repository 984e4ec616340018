import { addEvent } from '@stratlab/knowledge/experiments.ts';
import { markRead } from '@stratlab/knowledge/ledger.ts';
import { awaitSomeEnd } from './await-task.ts';
import type { Lab } from './lab.ts';
import { isEnded, requireTask, type TaskView, taskView } from './task-view.ts';

const patienceMs = 3000;

/** Asks a task to end and waits for that a moment. One that has ended stays as it is, and a warning says so. */
export async function cancelTask(
  lab: Lab,
  { task_id: id }: { task_id: string },
): Promise<{ task: TaskView; warnings: string[] }> {
  const before = requireTask(lab, id);
  if (isEnded(before)) {
    return { task: taskView(lab, before), warnings: [`It had ended before: ${before.status}.`] };
  }
  lab.queue.cancel(id);
  await awaitSomeEnd(lab, [id], patienceMs);
  const after = requireTask(lab, id);
  const task = taskView(lab, after);
  if (!isEnded(after)) return { task, warnings: ['It was asked to end and has not ended yet.'] };
  const at = Date.now();
  markRead(lab.database, id, at);
  const summary = `cancelled: ${task.subject}`;
  if (after.status === 'cancelled') {
    addEvent(lab.database, { experimentId: task.experiment_id, kind: 'cancel', subjectId: id, summary, at });
    return { task, warnings: [] };
  }
  return { task, warnings: [`It ended as ${after.status} before it could be cancelled.`] };
}
