import { endStates, type JobStatus } from '@stratlab/jobs/job-store.ts';
import { and, asc, count, desc, eq, gt, inArray, isNotNull, isNull, lt, not, or, type SQL, sql } from 'drizzle-orm';
import type { Database } from './database.ts';
import { jobs } from './tables/jobs.ts';
import { tasks } from './tables/research.ts';

export interface TaskFilter {
  status?: JobStatus | undefined;
  kind?: string | undefined;
  experimentId?: string | undefined;
}

/** Newest first, less those that are parts of another. One whose children have begun is running. */
export function listTaskIds({ orm }: Database, { status, kind, experimentId }: TaskFilter): string[] {
  const conditions: SQL[] = [isNull(jobs.parentId)];
  if (status !== undefined) conditions.push(standsAt(status));
  if (kind !== undefined) conditions.push(eq(jobs.kind, kind));
  if (experimentId !== undefined) conditions.push(eq(tasks.experimentId, experimentId));
  const rows = orm
    .select({ id: jobs.id })
    .from(jobs)
    .leftJoin(tasks, eq(tasks.id, jobs.id))
    .where(and(...conditions))
    .orderBy(desc(jobs.sequence))
    .all();
  return rows.map(({ id }) => id);
}

function standsAt(status: JobStatus): SQL {
  if (status === 'running') return sql`(${jobs.status} = 'running' OR (${jobs.status} = 'queued' AND ${begun}))`;
  return status === 'queued' ? sql`(${jobs.status} = 'queued' AND NOT ${begun})` : eq(jobs.status, status);
}

const begun = sql`EXISTS (SELECT 1 FROM jobs AS child WHERE child.parent_id = ${jobs.id} AND child.status <> 'queued')`;

/** Those not at an end, oldest first; then those whose end was never shown, newest first; less parts of another. */
export function openTaskIds({ orm }: Database): string[] {
  const ended = inArray(jobs.status, endStates);
  const active = orm
    .select({ id: jobs.id })
    .from(jobs)
    .where(and(not(ended), isNull(jobs.parentId)));
  const unread = orm
    .select({ id: jobs.id })
    .from(jobs)
    .innerJoin(tasks, eq(tasks.id, jobs.id))
    .where(and(ended, isNull(tasks.readAt), isNull(jobs.parentId)));
  return [...active.orderBy(asc(jobs.sequence)).all(), ...unread.orderBy(desc(jobs.sequence)).all()].map(
    ({ id }) => id,
  );
}

/** How many jobs are taken from the queue before this one. */
export function queuedBefore({ orm }: Database, id: string): number {
  const { sequence, priority, capability } = jobs;
  const own = orm.select({ sequence, priority, capability }).from(jobs).where(eq(jobs.id, id)).get();
  if (own === undefined) return 0;
  const earlier = and(eq(priority, own.priority), lt(sequence, own.sequence));
  const before = and(
    eq(jobs.status, 'queued'),
    eq(capability, own.capability),
    or(gt(priority, own.priority), earlier),
  );
  return orm.select({ number: count() }).from(jobs).where(before).get()?.number ?? 0;
}

/** How long the newest completed jobs of a kind ran, newest first. */
export function recentTaskMs({ orm }: Database, kind: string, most: number): number[] {
  return orm
    .select({ startedAt: jobs.startedAt, finishedAt: jobs.finishedAt })
    .from(jobs)
    .where(and(eq(jobs.kind, kind), eq(jobs.status, 'completed'), isNotNull(jobs.startedAt)))
    .orderBy(desc(jobs.sequence))
    .limit(most)
    .all()
    .map(({ startedAt, finishedAt }) => (finishedAt ?? 0) - (startedAt ?? 0));
}
