import type { JobStore, WorkerRecord } from '@stratlab/jobs/job-store.ts';
import { asc, eq, gte, lt } from 'drizzle-orm';
import type { Database } from './database.ts';
import { workers } from './tables/jobs.ts';

/** A worker that has not been seen for so long is gone. */
const goneAfterMs = 60_000;

/** The register of those who take jobs. */
export function workerRegister({ orm }: Database): Pick<JobStore, 'announce' | 'retire' | 'workers'> {
  return {
    announce(worker) {
      const seenAt = Date.now();
      orm
        .insert(workers)
        .values({ ...worker, seenAt })
        .onConflictDoUpdate({ target: workers.id, set: { seenAt, slots: worker.slots } })
        .run();
      orm
        .delete(workers)
        .where(lt(workers.seenAt, seenAt - goneAfterMs))
        .run();
    },
    retire: (id) => void orm.delete(workers).where(eq(workers.id, id)).run(),
    workers: (): WorkerRecord[] => {
      const isThere = gte(workers.seenAt, Date.now() - goneAfterMs);
      return orm.select().from(workers).where(isThere).orderBy(asc(workers.startedAt)).all();
    },
  };
}
