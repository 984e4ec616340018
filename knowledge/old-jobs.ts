import { and, isNotNull, isNull, lt, min, ne, type SQL, sql } from 'drizzle-orm';
import type { Database } from './database.ts';
import { jobEvents, jobs } from './tables/jobs.ts';

export interface OldJobs {
  /** Ended jobs whose orders are longer than what is kept of them. */
  orders: number;
  events: number;
  bytes: number;
}

/** What is left of an order: which strategy it was about. A test keeps its own, which says what its table shows. */
const kept = sql`json_object('strategyName', ${jobs.payload} ->> '$.strategyName',
  'strategyVersion', ${jobs.payload} ->> '$.strategyVersion')`;
const keptBytes = 200;

/** What jobs that ended before an instant still hold, and nobody needs. */
export function oldJobs({ orm }: Database, before: number): OldJobs {
  const orders = orm
    .select({ number: sql<number>`count(*)`, bytes: sql<number>`coalesce(sum(length(${jobs.payload})), 0)` })
    .from(jobs)
    .where(oldOrders(before))
    .get();
  const events = orm.select({ number: sql<number>`count(*)` }).from(jobEvents).where(oldEvents(before)).get();
  return { orders: orders?.number ?? 0, events: events?.number ?? 0, bytes: orders?.bytes ?? 0 };
}

/** Removes it. */
export function forgetOldJobs({ orm }: Database, before: number): void {
  orm.update(jobs).set({ payload: kept }).where(oldOrders(before)).run();
  orm.delete(jobEvents).where(oldEvents(before)).run();
}

/** When the oldest job that has not ended was asked for; null where there is none. */
export function oldestOpenJob({ orm }: Database): number | null {
  return (
    orm
      .select({ at: min(jobs.createdAt) })
      .from(jobs)
      .where(isNull(jobs.finishedAt))
      .get()?.at ?? null
  );
}

function oldOrders(before: number): SQL | undefined {
  const long = sql`length(${jobs.payload}) > ${keptBytes}`;
  return and(isNotNull(jobs.finishedAt), lt(jobs.finishedAt, before), ne(jobs.kind, 'test'), long);
}

function oldEvents(before: number): SQL | undefined {
  const ended = sql`NOT EXISTS (SELECT 1 FROM jobs WHERE jobs.id = ${jobEvents.jobId} AND finished_at IS NULL)`;
  return and(lt(jobEvents.at, before), ended);
}
