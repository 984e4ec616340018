import { setTimeout as sleep } from 'node:timers/promises';
import { formatInstant } from '@stratlab/data/instant.ts';
import type { JobStatus } from '@stratlab/jobs/job-store.ts';
import type { Lab } from './lab.ts';

const lookEveryMs = 250;
const mostAtOnce = 1000;

/** A change of a task's status. */
export interface TaskChange {
  /** Grows; who has seen one goes on after it. */
  sequence: number;
  at: string;
  task_id: string;
  kind: string;
  status: JobStatus;
  attempt: number;
}

/** Changes after one of this sequence, or from now on, as they come, whoever makes them; until the signal. */
export async function* followQueue(
  { jobs }: Pick<Lab, 'jobs'>,
  signal: AbortSignal,
  after = jobs.newestEvent(),
): AsyncGenerator<TaskChange> {
  for (let seen = after; !signal.aborted; ) {
    const events = jobs.events(seen, mostAtOnce);
    for (const { sequence, jobId, status, attempt, at } of events) {
      seen = sequence;
      const kind = jobs.get(jobId)?.kind ?? 'unknown';
      yield { sequence, at: formatInstant(at), task_id: jobId, kind, status, attempt };
    }
    if (events.length === 0) await sleep(lookEveryMs, null, { signal }).catch(() => {});
  }
}
