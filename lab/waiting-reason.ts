import { formatInstant } from '@stratlab/data/instant.ts';
import type { JobRecord } from '@stratlab/jobs/job-store.ts';
import { awaitedBy } from '@stratlab/knowledge/job-waits.ts';
import { queuedBefore } from '@stratlab/knowledge/tasks.ts';
import type { Lab } from './lab.ts';

/** Why a queued task has not started, the first reason that holds. */
export function waitingReason(
  { database, jobs, queue }: Pick<Lab, 'database' | 'jobs' | 'queue'>,
  record: JobRecord,
): string {
  const { id, capability, runAt } = record;
  const paused = jobs.paused();
  if (paused !== null) return `the queue is paused: ${paused.reason}`;
  const problem = queue.problem();
  if (problem !== null) return problem;
  const awaited = awaitedBy(database, id);
  if (awaited.length > 0) return `comes after ${awaited.join(', ')}`;
  if (runAt !== null && runAt > Date.now()) return `not before ${formatInstant(runAt)}`;
  const slots = jobs.workers().reduce((sum, worker) => sum + (worker.slots[capability] ?? 0), 0);
  if (slots === 0) return `no worker offers ${capability}`;
  const before = queuedBefore(database, id);
  const atOnce = `${slots} ${slots === 1 ? 'runs' : 'run'} at once`;
  if (before === 0) return `next in the queue; ${atOnce}`;
  return `queued behind ${before} other${before === 1 ? '' : 's'}; ${atOnce}`;
}
