import { LabError } from '@stratlab/data/error.ts';
import type { JobStatus, Wait } from '@stratlab/jobs/job-store.ts';
import { and, eq, sql } from 'drizzle-orm';
import type { Database } from './database.ts';
import { jobs, jobWaits } from './tables/jobs.ts';

type Row = typeof jobs.$inferSelect;

/** Notes that a job comes after others; says the first of them that has ended badly where success is needed. */
export function addWaits({ orm }: Database, jobId: string, after: readonly Wait[]): Row | null {
  let failed: Row | null = null;
  let waiting = 0;
  for (const { id: awaitedId, needs } of after) {
    const awaited = orm.select().from(jobs).where(eq(jobs.id, awaitedId)).get();
    if (awaited === undefined)
      throw new LabError('not_found', `Job ${jobId} comes after ${awaitedId}, which is not there.`);
    orm.insert(jobWaits).values({ jobId, awaitedId, needs }).run();
    if (awaited.finishedAt === null) waiting++;
    else if (needs === 'success' && awaited.status !== 'completed') failed ??= awaited;
  }
  if (waiting > 0) orm.update(jobs).set({ waiting }).where(eq(jobs.id, jobId)).run();
  return failed;
}

/** A new child keeps its parent waiting. */
export function holdParent({ orm }: Database, parentId: string): void {
  orm
    .update(jobs)
    .set({ waiting: sql`${jobs.waiting} + 1` })
    .where(eq(jobs.id, parentId))
    .run();
}

/** Frees those who waited for a job that has just ended; names those that cannot run for its want of success. */
export function freeWaiting(
  { orm }: Database,
  { parentId }: Row,
  status: JobStatus,
  waits: readonly (typeof jobWaits.$inferSelect)[],
): string[] {
  const less = { waiting: sql`${jobs.waiting} - 1` };
  if (parentId !== null) orm.update(jobs).set(less).where(eq(jobs.id, parentId)).run();
  const hopeless: string[] = [];
  for (const { jobId, needs } of waits) {
    orm.update(jobs).set(less).where(eq(jobs.id, jobId)).run();
    if (needs === 'success' && status !== 'completed') hopeless.push(jobId);
  }
  return hopeless;
}

/** What a job is waiting for by name, less its children. */
export function awaitedBy({ orm }: Database, jobId: string): string[] {
  return orm
    .select({ id: jobWaits.awaitedId })
    .from(jobWaits)
    .innerJoin(jobs, eq(jobs.id, jobWaits.awaitedId))
    .where(and(eq(jobWaits.jobId, jobId), sql`${jobs.finishedAt} IS NULL`))
    .all()
    .map(({ id }) => id);
}
