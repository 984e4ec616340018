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
  type ReadyJob,
  type Standing,
  type Wait,
} from '@stratlab/jobs/job-store.ts';
import { and, asc, count, desc, eq, gt, inArray, max, min, type SQL, sql } from 'drizzle-orm';
import type { Database } from './database.ts';
import { jobStatements, noProgress, running, unfinished } from './job-statements.ts';
import { addWaits, freeWaiting, holdParent } from './job-waits.ts';
import { jobEvents, jobs, queuePause } from './tables/jobs.ts';
import { workerRegister } from './workers.ts';

type Row = typeof jobs.$inferSelect;
type Changes = Partial<typeof jobs.$inferInsert>;

/** The durable store of jobs in the lab's database. Its methods may be called inside `database.transaction`. */
export function jobStore(database: Database): JobStore {
  const { orm, transaction } = database;

  const find = (condition: SQL | undefined) => orm.select().from(jobs).where(condition).get();
  const statements = jobStatements(database);

  const change = (condition: SQL | undefined, changes: Changes) =>
    orm.update(jobs).set(changes).where(condition).run().changes > 0;
  const requeue = ({ id }: Row, attempt: number) =>
    change(eq(jobs.id, id), { status: 'queued', owner: null, startedAt: null, attempt, ...noProgress });

  function end(row: Row, status: JobStatus, changes: Changes = {}): true {
    change(eq(jobs.id, row.id), { status, owner: null, finishedAt: Date.now(), ...changes });
    return freed(row, status);
  }

  /** Inside the transaction that ended the job: those who waited for it go on, or fail with it. */
  function freed(row: Row, status: JobStatus): true {
    for (const id of freeWaiting(database, row, status, statements.waits.all({ id: row.id }))) {
      const hopeless = find(and(eq(jobs.id, id), eq(jobs.status, 'queued')));
      if (hopeless !== undefined) failFor(hopeless, row.id, status);
    }
    return true;
  }

  function failFor(row: Row, awaitedId: string, how: JobStatus): void {
    const error: JobError = { code: 'unavailable', message: `It comes after ${awaitedId}, which was ${how}.` };
    end(row, 'failed', { error: JSON.stringify(error) });
  }

  /** Ends the job where `condition` finds it. */
  const endWhere = (condition: SQL | undefined, status: JobStatus, changes: Changes = {}) =>
    transaction(() => {
      const row = find(condition);
      return row !== undefined && end(row, status, changes);
    });

  function comeAfter(id: string, after: readonly Wait[]): void {
    const failed = addWaits(database, id, after);
    const row = failed === null ? undefined : statements.byId.get({ id });
    if (failed !== null && row !== undefined) failFor(row, failed.id, failed.status);
  }

  function add({
    after = [],
    parentId = null,
    priority = 0,
    runAt = null,
    capability = 'cpu',
    trace = null,
    ...job
  }: NewJob) {
    return transaction(() => {
      const live = job.key === null ? undefined : statements.live.get({ key: job.key });
      if (live !== undefined) {
        statements.hurry.run({ id: live.id, priority });
        return { id: live.id, added: false };
      }
      if (statements.byId.get({ id: job.id }) !== undefined)
        throw new LabError('already_exists', `Job ${job.id} exists already.`);
      const payload = JSON.stringify(job.payload ?? null);
      statements.insert.run({ ...job, payload, parentId, priority, runAt, capability, trace, now: Date.now() });
      if (parentId !== null) holdParent(database, parentId);
      if (after.length > 0) comeAfter(job.id, after);
      return { id: job.id, added: true };
    });
  }

  function claim(owner: string, capability: string, most: number): Job[] {
    const query = { capability, most, owner, now: Date.now() };
    if (most < 1 || statements.firstReady.get(query) === undefined) return [];
    return transaction(() =>
      statements.firstReady.all(query).map(({ sequence }) => jobOf(statements.take.get({ ...query, sequence }))),
    );
  }

  function ready(mostOfEach: number): ReadyJob[] {
    const query = { most: mostOfEach, now: Date.now() };
    const first = statements.capabilities
      .all()
      .flatMap(({ capability }) => statements.firstReady.all({ ...query, capability }));
    return first.map(({ id, fence, capability }) => ({ id, fence, capability }));
  }

  function heartbeat({ id, fence }: Claim, progress: Progress | null): Standing {
    const { percent = null, stage = null, etaMs = null } = progress ?? {};
    return standingOf(statements.beat.get({ id, fence, percent, stage, etaMs }));
  }

  function complete({ id, fence }: Claim, commit: () => unknown) {
    return transaction(() => {
      const row = statements.held.get({ id, fence });
      if (row === undefined || row.cancelRequested) return false;
      const result = JSON.stringify(commit() ?? null);
      statements.complete.run({ id, result, now: Date.now() });
      return freed(row, 'completed');
    });
  }

  function release(condition: SQL | undefined, error: JobError) {
    return transaction(() => {
      const row = find(condition);
      if (row === undefined) return false;
      if (row.cancelRequested) return end(row, 'cancelled');
      if (row.attempt >= row.maxAttempts) return end(row, 'interrupted', { error: JSON.stringify(error) });
      return requeue(row, row.attempt);
    });
  }

  function giveBack(held: Claim) {
    return transaction(() => {
      const row = find(holds(held));
      if (row === undefined) return false;
      return row.cancelRequested ? end(row, 'cancelled') : requeue(row, row.attempt - 1);
    });
  }

  function stop(row: Row): void {
    if (row.status === 'queued') end(row, 'cancelled', { cancelRequested: true });
    if (row.status === 'running') change(eq(jobs.id, row.id), { cancelRequested: true });
  }

  function requestCancel(id: string) {
    return transaction(() => {
      const row = find(eq(jobs.id, id));
      const children = orm.select().from(jobs).where(childrenToStop(id)).all();
      if (row !== undefined) stop(row);
      for (const child of children) stop(find(eq(jobs.id, child.id)) ?? child);
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

  function backlog() {
    const oldestAt = sql<number>`${min(jobs.createdAt)}`;
    return orm
      .select({ capability: jobs.capability, queued: count(), oldestAt })
      .from(jobs)
      .where(sql`${jobs.status} = 'queued'`)
      .groupBy(jobs.capability)
      .all();
  }

  function pause(reason: string | null): void {
    if (reason === null) orm.delete(queuePause).run();
    else
      orm
        .insert(queuePause)
        .values({ one: 1, reason, at: Date.now() })
        .onConflictDoUpdate({ target: queuePause.one, set: { reason } })
        .run();
  }

  return {
    add,
    together: transaction,
    claim,
    ready,
    heartbeat,
    standing: ({ id, fence }) => standingOf(statements.held.get({ id, fence })),
    endOf: ({ id, fence }) => statements.ended.get({ id, fence })?.status ?? null,
    complete,
    fail: (held, error) => endWhere(and(holds(held), wanted), 'failed', { error: JSON.stringify(error) }),
    cancelled: (held) => endWhere(and(holds(held), eq(jobs.cancelRequested, true)), 'cancelled'),
    release: (held, error) => release(holds(held), error),
    reclaim: (lease, error) => release(and(holds(lease), eq(jobs.beat, lease.beat)), error),
    giveBack,
    requestCancel,
    leases,
    get(id) {
      const row = statements.byId.get({ id });
      return row === undefined ? null : recordOf(row);
    },
    children: (id) =>
      orm.select().from(jobs).where(eq(jobs.parentId, id)).orderBy(asc(jobs.sequence)).all().map(recordOf),
    list,
    counts,
    backlog,
    events: (after, limit) =>
      orm
        .select()
        .from(jobEvents)
        .where(gt(jobEvents.sequence, after))
        .orderBy(asc(jobEvents.sequence))
        .limit(limit)
        .all(),
    newestEvent: () =>
      orm
        .select({ newest: max(jobEvents.sequence) })
        .from(jobEvents)
        .get()?.newest ?? 0,
    pause,
    paused: () => orm.select({ reason: queuePause.reason, at: queuePause.at }).from(queuePause).get() ?? null,
    ...workerRegister(database),
  };
}

const childrenToStop = (parent: string) => sql`${jobs.parentId} = ${parent} AND ${unfinished} AND NOT EXISTS (
  SELECT 1 FROM job_waits JOIN jobs AS other ON other.id = job_waits.job_id
  WHERE job_waits.awaited_id = ${jobs.id} AND other.status IN ('queued', 'running') AND other.parent_id IS NOT ${parent})`;
const wanted = eq(jobs.cancelRequested, false);
const holds = ({ id, fence }: Claim) => and(eq(jobs.id, id), eq(jobs.fence, fence), running);

function standingOf(row: { cancelRequested: boolean } | undefined): Standing {
  if (row === undefined) return 'lost';
  return row.cancelRequested ? 'cancel' : 'ok';
}

function jobOf({ id, kind, payload, attempt, fence, capability, trace }: Row): Job {
  return { id, kind, payload: JSON.parse(payload), attempt, fence, capability, trace };
}

function recordOf(row: Row): JobRecord {
  const { id, kind, payload, status, attempt, maxAttempts, cancelRequested, parentId } = row;
  const { priority, runAt, capability, createdAt, startedAt, finishedAt } = row;
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
    priority,
    runAt,
    capability,
    createdAt,
    startedAt,
    finishedAt,
    result: JSON.parse(row.result ?? 'null'),
    error: JSON.parse(row.error ?? 'null'),
  };
}
