import { and, asc, desc, eq, isNotNull, lt, type SQL, sql } from 'drizzle-orm';
import type { Database } from './database.ts';
import { jobs, jobWaits } from './tables/jobs.ts';

/** What can be taken now, `:now` being the clock. Written out so that SQLite sees that its partial index serves. */
const ready = sql`${jobs.status} = 'queued' AND ${jobs.waiting} = 0
  AND (${jobs.runAt} IS NULL OR ${jobs.runAt} <= ${sql.placeholder('now')})
  AND NOT EXISTS (SELECT 1 FROM queue_pause)`;
export const running = sql`${jobs.status} = 'running'`;
export const unfinished = sql`${jobs.status} IN ('queued', 'running')`;

export const noProgress = { percent: 0, stage: '', etaMs: null };

/** The statements that every job goes through, prepared once. */
export function jobStatements({ orm }: Database) {
  const given = (name: string) => sql`${sql.placeholder(name)}`;
  const find = (condition: SQL | undefined) => orm.select().from(jobs).where(condition).prepare();
  const id = eq(jobs.id, given('id'));
  return {
    byId: find(id),
    live: find(and(eq(jobs.key, given('key')), unfinished)),
    held: find(and(id, eq(jobs.fence, given('fence')), running)),
    ended: find(and(id, eq(jobs.fence, given('fence')), isNotNull(jobs.finishedAt))),
    hurry: orm
      .update(jobs)
      .set({ priority: given('priority') })
      .where(and(id, lt(jobs.priority, given('priority'))))
      .prepare(),
    insert: orm
      .insert(jobs)
      .values({
        id: given('id'),
        kind: given('kind'),
        payload: given('payload'),
        key: given('key'),
        maxAttempts: given('maxAttempts'),
        parentId: given('parentId'),
        priority: given('priority'),
        runAt: given('runAt'),
        capability: given('capability'),
        trace: given('trace'),
        createdAt: given('now'),
      })
      .prepare(),
    /** The hint spares a look at every queued job. */
    capabilities: orm
      .selectDistinct({ capability: sql<string>`${jobs.capability}` })
      .from(sql`${jobs} INDEXED BY jobs_ready`)
      .where(sql`${jobs.status} = 'queued' AND ${jobs.waiting} = 0`)
      .prepare(),
    firstReady: orm
      .select({ sequence: jobs.sequence, id: jobs.id, fence: jobs.fence, capability: jobs.capability })
      .from(jobs)
      .where(and(ready, eq(jobs.capability, given('capability'))))
      .orderBy(desc(jobs.priority), asc(jobs.sequence))
      .limit(sql.placeholder('most'))
      .prepare(),
    take: orm
      .update(jobs)
      .set({
        status: 'running',
        owner: given('owner'),
        attempt: sql`${jobs.attempt} + 1`,
        fence: sql`${jobs.fence} + 1`,
        startedAt: given('now'),
        ...noProgress,
      })
      .where(eq(jobs.sequence, given('sequence')))
      .returning()
      .prepare(),
    beat: orm
      .update(jobs)
      .set({
        beat: sql`${jobs.beat} + 1`,
        percent: sql`coalesce(${given('percent')}, ${jobs.percent})`,
        stage: sql`coalesce(${given('stage')}, ${jobs.stage})`,
        etaMs: sql`iif(${given('stage')} IS NULL, ${jobs.etaMs}, ${given('etaMs')})`,
      })
      .where(and(id, eq(jobs.fence, given('fence')), running))
      .returning({ cancelRequested: jobs.cancelRequested })
      .prepare(),
    complete: orm
      .update(jobs)
      .set({
        status: 'completed',
        owner: null,
        finishedAt: given('now'),
        result: given('result'),
        percent: 100,
        etaMs: 0,
      })
      .where(id)
      .prepare(),
    waits: orm
      .select()
      .from(jobWaits)
      .where(eq(jobWaits.awaitedId, given('id')))
      .prepare(),
  };
}
