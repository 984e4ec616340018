import type { JobRecord } from '@stratlab/jobs/job-store.ts';
import type { Lab } from './lab.ts';
import { isEnded } from './task-view.ts';

interface Waiting {
  /** Called with a task's record before each wait for its next change. */
  onProgress?: ((record: JobRecord) => void) | undefined;
  /** Ends the waiting, not the task. */
  signal?: AbortSignal | undefined;
}

/** Waits until one of the tasks ends, at most `waitMs`; not at all where one has ended already or none is named. */
export async function awaitSomeEnd(
  { jobs, queue }: Pick<Lab, 'jobs' | 'queue'>,
  ids: readonly string[],
  waitMs: number,
  { onProgress, signal }: Waiting = {},
): Promise<void> {
  if (ids.length === 0) return;
  const until = performance.now() + waitMs;
  let over = signal?.aborted ?? false;
  const endOf = async (id: string) => {
    while (!over) {
      const record = jobs.get(id);
      const left = until - performance.now();
      if (record === null || isEnded(record) || left <= 0) return;
      onProgress?.(record);
      await queue.changed(id, left);
    }
  };
  const { promise: aborted, resolve } = Promise.withResolvers<void>();
  signal?.addEventListener('abort', () => resolve(), { once: true });
  await Promise.race([aborted, ...ids.map(endOf)]);
  over = true;
}
