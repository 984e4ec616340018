import { hostname } from 'node:os';
import { type Books, storeBooks } from './books.ts';
import { Changes } from './changes.ts';
import { inTurns } from './in-turns.ts';
import { jobErrorOf } from './job-error.ts';
import type { Job, JobError, JobRecord, JobStatus, JobStore, NewJob } from './job-store.ts';
import { watchLeases } from './lease-watch.ts';
import { startWork, type WorkOptions } from './work.ts';

const longestTickMs = 250;
const announceEveryMs = 10_000;

export interface QueueOptions extends Omit<WorkOptions, 'books' | 'ready' | 'log'> {
  store: JobStore;
  /**
   * What a job's process is sent as its payload, where more is known when it is taken than when it was added; `commit`
   * sees it too. What it throws fails the job.
   */
  prepare?: (job: Job) => unknown;
  /** Writes what a completed job found, inside the transaction that ends it; what it returns is the job's result. */
  commit: (job: Job, outcome: unknown) => unknown;
  /** Called with the record after each change that this queue has made or seen in its own jobs. */
  onEvent?: (record: JobRecord) => void;
  log?: WorkOptions['log'];
}

export interface Queue {
  add(job: NewJob): { id: string; added: boolean };
  /** Looks for work; to be called after jobs were added to the store directly, even before their transaction ends. */
  wake(): void;
  /** Asks a job to end; a busy loop is dead within two seconds. Says what stood before; null for an unknown id. */
  cancel(id: string): JobStatus | null;
  /** Resolves at the next change of the job's state or progress, at the timeout, or at once if no change can come. */
  changed(id: string, timeoutMs: number): Promise<void>;
  /** The books that a worker on another host writes through, as the holder of this name. */
  booksFor(owner: string): Books;
  /** Why queued jobs are not taken here, or null. */
  problem(): string | null;
  /** Takes no more jobs; waits for the running ones, or without `drain` ends them and gives them back unharmed. */
  stop(how: { drain: boolean }): Promise<void>;
}

/**
 * Takes jobs from the store and runs each in a child process that can be killed. Without slots jobs are only added,
 * watched and cancelled. Several queues, in one process or in many, may share a store: each job has one holder at a
 * time, and one result. A job whose process dies runs again, up to its attempts; a job that throws has failed.
 */
export function startQueue(options: QueueOptions): Queue {
  const { store, prepare, commit, onEvent, slots, leaseMs, log = () => {} } = options;
  const owner = crypto.randomUUID();
  const startedAt = Date.now();
  const changes = new Changes((id) => store.get(id));
  const deadLeases = watchLeases(leaseMs);
  const written = inTurns((body) => store.together(body));
  const booksFor = (holder: string) => storeBooks({ store, owner: holder, prepare, commit, written, tell, log });
  const work = startWork({ ...options, books: booksFor(owner), ready: store.ready, log });
  let announcedAt = Number.NEGATIVE_INFINITY;
  const ticking = setInterval(tick, Math.min(longestTickMs, leaseMs / 8));
  ticking.unref();
  guarded('be announced', announce);

  /** What fails here (a full disk, a locked database) must not end the server; the next tick tries again. */
  function guarded(what: string, body: () => void): void {
    try {
      body();
    } catch (error) {
      log('error', `The queue could not ${what}.`, { error: jobErrorOf(error) });
    }
  }

  function tick(): void {
    guarded('look after the jobs', reclaimDead);
    guarded('tell of changes', () => changes.look());
    if (performance.now() - announcedAt >= announceEveryMs) guarded('be announced', announce);
  }

  function reclaimDead(): void {
    const others = store.leases().filter((lease) => !work.holds(lease));
    for (const lease of deadLeases(others, performance.now())) {
      if (store.reclaim(lease, ownerGone)) log('warn', ownerGone.message, { jobId: lease.id, owner: lease.owner });
    }
  }

  function announce(): void {
    announcedAt = performance.now();
    if (Object.values(slots).every((many) => many === 0)) return;
    store.announce({ id: owner, host: hostname(), pid: process.pid, slots: { ...slots }, startedAt });
  }

  function tell(id: string): void {
    changes.tell(id);
    guarded('tell of a change', () => {
      const record = onEvent === undefined ? null : store.get(id);
      if (record !== null) onEvent?.(record);
    });
  }

  return {
    add(job) {
      const added = store.add(job);
      work.wake();
      return added;
    },
    wake: work.wake,
    cancel(id) {
      const before = store.requestCancel(id);
      work.cancel(id);
      if (before === 'queued' || before === 'running') tell(id);
      return before;
    },
    changed: (id, timeoutMs) => changes.next(id, timeoutMs),
    booksFor,
    problem: work.problem,
    async stop({ drain }) {
      await work.stop({ drain });
      clearInterval(ticking);
      guarded('be retired', () => store.retire(owner));
      changes.wakeAll();
    },
  };
}

const ownerGone: JobError = {
  code: 'unavailable',
  message: 'The process that held the job is gone.',
  hint: 'Start the job again.',
};
