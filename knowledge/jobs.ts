import { LabError } from '@stratlab/data/error.ts';
import {
  type Claim,
  type Job,
  type JobError,
  type JobRecord,
  type JobStatus,
  type JobStore,
  jobStatuses,
  type Lease,
  type NewJob,
  type Progress,
} from '@stratlab/jobs/job-store.ts';
import { and, asc, count, desc, eq, inArray, min, type SQL, sql } from 'drizzle-orm';
import type { Database } from './database.ts';
import { jobs } from './tables/jobs.ts';

type Row = typeof jobs.$inferSelect;
type Changes = Partial<typeof jobs.$inferInsert>;

const noProgress = { percent: 0, stage: '', etaMs: null };

/** The durable store of jobs in the lab's database. Its methods may be called inside `database.transaction`. */
export function jobStore(database: Database): JobStore {
  const { orm, transaction } = database;

  const find = (condition: SQL | undefined) => orm.select().from(jobs).where(condition).get();
  const change = (condition: SQL | undefined, changes: Changes) =>
    orm.update(jobs).set(changes).where(condition).run().changes > 0;
  const end = (condition: SQL | undefined, status: JobStatus, changes: Changes = {}) =>
    change(condition, { status, owner: null, finishedAt: Date.now(), ...changes });
  const requeue = (condition: SQL | undefined, attempt: number) =>
    change(condition, { status: 'queued', owner: null, startedAt: null, attempt, ...noProgress });

  function add(job: NewJob) {
    return transaction(() => {
      const live = job.key === null ? undefined : find(and(eq(jobs.key, job.key), unfinished));
      if (live !== undefined) return { id: live.id, added: false };
      if (find(eq(jobs.id, job.id)) !== undefined)
        throw new LabError('already_exists', `Job ${job.id} exists already.`);
      const payload = JSON.stringify(job.payload ?? null);
      orm
        .insert(jobs)
        .values({ ...job, payload, createdAt: Date.now() })
        .run();
      return { id: job.id, added: true };
    });
  }

  function claim(owner: string): Job | null {
    const oldest = orm
      .select({ sequence: min(jobs.sequence) })
      .from(jobs)
      .where(ready);
    if (oldest.get()?.sequence == null) return null;
    const row = orm
      .update(jobs)
      .set({
        status: 'running',
        owner,
        attempt: sql`${jobs.attempt} + 1`,
        fence: sql`${jobs.fence} + 1`,
        startedAt: Date.now(),
        ...noProgress,
      })
      .where(eq(jobs.sequence, oldest))
      .returning()
      .get();
    return row === undefined ? null : jobOf(row);
  }

  function heartbeat(held: Claim, progress: Progress | null) {
    const row = orm
      .update(jobs)
      .set({ beat: sql`${jobs.beat} + 1`, ...progress })
      .where(holds(held))
      .returning({ cancelRequested: jobs.cancelRequested })
      .get();
    if (row === undefined) return 'lost';
    return row.cancelRequested ? 'cancel' : 'ok';
  }

  function complete(held: Claim, commit: () => unknown) {
    return transaction(() => {
      if (find(and(holds(held), wanted)) === undefined) return false;
      return end(holds(held), 'completed', { result: JSON.stringify(commit() ?? null), percent: 100, etaMs: 0 });
    });
  }

  function release(condition: SQL | undefined, error: JobError) {
    return transaction(() => {
      const row = find(condition);
      if (row === undefined) return false;
      if (row.cancelRequested) return end(condition, 'cancelled');
      if (row.attempt >= row.maxAttempts) return end(condition, 'interrupted', { error: JSON.stringify(error) });
      return requeue(condition, row.attempt);
    });
  }

  function giveBack(held: Claim) {
    return transaction(() => {
      const row = find(holds(held));
      if (row === undefined) return false;
      return row.cancelRequested ? end(holds(held), 'cancelled') : requeue(holds(held), row.attempt - 1);
    });
  }

  function stop({ id, status }: Row): void {
    if (status === 'queued') end(eq(jobs.id, id), 'cancelled', { cancelRequested: true });
    if (status === 'running') change(eq(jobs.id, id), { cancelRequested: true });
  }

  function requestCancel(id: string) {
    return transaction(() => {
      const row = find(eq(jobs.id, id));
      if (row !== undefined) stop(row);
      for (const child of orm.select().from(jobs).where(childrenToStop(id)).all()) stop(child);
      return row?.status ?? null;
    });
  }

  function leases(): Lease[] {
    const { id, fence, beat, cancelRequested } = jobs;
    const owner = sql<string>`${jobs.owner}`;
    return orm.select({ id, fence, owner, beat, cancelRequested }).from(jobs).where(running).all();
  }

  function list({ statuses = jobStatuses, limit }: { statuses?: readonly JobStatus[]; limit: number }) {
    const rows = orm
      .select()
      .from(jobs)
      .where(inArray(jobs.status, statuses))
      .orderBy(desc(jobs.sequence))
      .limit(limit);
    return rows.all().map(recordOf);
  }

  function counts() {
    const none = { queued: 0, running: 0, completed: 0, failed: 0, cancelled: 0, interrupted: 0 };
    const rows = orm.select({ status: jobs.status, jobs: count() }).from(jobs).groupBy(jobs.status).all();
    return { ...none, ...Object.fromEntries(rows.map((row) => [row.status, row.jobs])) };
  }

  return {
    add,
    claim,
    heartbeat,
    complete,
    fail: (held, error) => end(and(holds(held), wanted), 'failed', { error: JSON.stringify(error) }),
    cancelled: (held) => end(and(holds(held), eq(jobs.cancelRequested, true)), 'cancelled'),
    release: (held, error) => release(holds(held), error),
    reclaim: (lease, error) => release(and(holds(lease), eq(jobs.beat, lease.beat)), error),
    giveBack,
    requestCancel,
    leases,
    get(id) {
      const row = find(eq(jobs.id, id));
      return row === undefined ? null : recordOf(row);
    },
    children: (id) =>
      orm.select().from(jobs).where(eq(jobs.parentId, id)).orderBy(asc(jobs.sequence)).all().map(recordOf),
    list,
    counts,
  };
}

// Queued, with no child under way and nothing under way that it comes after.
const ready = sql`${jobs.status} = 'queued' AND NOT EXISTS (
  SELECT 1 FROM jobs AS other
  WHERE other.status IN ('queued', 'running') AND (other.parent_id = ${jobs.id} OR other.id = ${jobs.afterId}))`;
const running = eq(jobs.status, 'running');
// Written out, not bound, so that SQLite sees that the partial index serves.
const unfinished = sql`${jobs.status} IN ('queued', 'running')`;
const childrenToStop = (parent: string) => sql`${jobs.parentId} = ${parent} AND ${unfinished} AND NOT EXISTS (
  SELECT 1 FROM jobs AS other
  WHERE other.after_id = ${jobs.id} AND other.status IN ('queued', 'running') AND other.parent_id IS NOT ${parent})`;
const wanted = eq(jobs.cancelRequested, false);
const holds = ({ id, fence }: Claim) => and(eq(jobs.id, id), eq(jobs.fence, fence), running);

function jobOf({ id, kind, payload, attempt, fence }: Row): Job {
  return { id, kind, payload: JSON.parse(payload), attempt, fence };
}

function recordOf(row: Row): JobRecord {
  const { id, kind, payload, status, attempt, maxAttempts, cancelRequested, parentId } = row;
  const { createdAt, startedAt, finishedAt } = row;
  return {
    id,
    kind,
    payload: JSON.parse(payload),
    status,
    progress: { percent: row.percent, stage: row.stage, etaMs: row.etaMs },
    attempt,
    maxAttempts,
    cancelRequested,
    parentId,
    createdAt,
    startedAt,
    finishedAt,
    result: JSON.parse(row.result ?? 'null'),
    error: JSON.parse(row.error ?? 'null'),
  };
}
