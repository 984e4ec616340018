import { setTimeout as sleep } from 'node:timers/promises';
import { Changes } from './changes.ts';
import { jobErrorOf } from './job-error.ts';
import { type Ending, type JobProcess, type Log, startProcess } from './job-process.ts';
import type { Job, JobError, JobRecord, JobStatus, JobStore, Lease, NewJob, Progress } from './job-store.ts';
import { watchLeases } from './lease-watch.ts';

const defaultLeaseMs = 10_000;
const longestTickMs = 250;
const firstBackoffMs = 100;
const longestBackoffMs = 2000;

export interface QueueOptions {
  store: JobStore;
  /** The module that every job's process runs; it calls `serveJobs`. */
  entry: URL | string;
  /** How many jobs run at once. */
  concurrency: number;
  /** After how long without a heartbeat a server counts as dead. */
  leaseMs?: number;
  /**
   * What a job's process is sent as its payload, where more is known when it is taken than when it was added; `commit`
   * sees it too. What it throws fails the job.
   */
  prepare?: (job: Job) => unknown;
  /** Writes what a completed job found, inside the transaction that ends it; what it returns is the job's result. */
  commit: (job: Job, outcome: unknown) => unknown;
  /** Called with the record after each change that this queue has made or seen in its own jobs. */
  onEvent?: (record: JobRecord) => void;
  log?: Log;
  /** Variables that every job's process gets besides our own. */
  environment?: Record<string, string>;
}

export interface Queue {
  add(job: NewJob): { id: string; added: boolean };
  /** Looks for work; to be called after jobs were added to the store directly, even before their transaction ends. */
  wake(): void;
  /** Asks a job to end; a busy loop is dead within two seconds. Says what stood before; null for an unknown id. */
  cancel(id: string): JobStatus | null;
  /** Resolves at the next change of the job's state or progress, at the timeout, or at once if no change can come. */
  changed(id: string, timeoutMs: number): Promise<void>;
  /** Takes no more jobs; waits for the running ones, or without `drain` ends them and gives them back unharmed. */
  stop(how: { drain: boolean }): Promise<void>;
}

/** A job that this queue holds. */
interface Held {
  job: Job;
  child: JobProcess;
  /** Not yet in the store. */
  progress: Progress | null;
  beatAt: number;
  /** Why it must not go on, whatever it may still report. */
  stop: 'cancelled' | 'lost' | 'stopping' | null;
}

/**
 * The embedded queue: takes jobs from the store and runs each in a child process of its own, which can be killed. Several
 * queues, in one process or in many, may share a store: each job has one holder at a time, and one result. A job whose
 * process dies runs again, up to its attempts; a job that throws has failed.
 */
export function startQueue(options: QueueOptions): Queue {
  const { store, entry, concurrency, prepare, commit, onEvent, leaseMs = defaultLeaseMs, log = () => {} } = options;
  const owner = crypto.randomUUID();
  const tickMs = Math.min(longestTickMs, leaseMs / 8);
  const held = new Set<Held>();
  const working = new Set<Promise<void>>();
  const changes = new Changes((id) => store.get(id));
  const deadLeases = watchLeases(leaseMs);
  let spare: JobProcess | null = null;
  let stopping = false;

  const ticking = setInterval(() => guarded('look after the jobs', tick), tickMs);
  ticking.unref();
  wake();

  /** What fails here (a full disk, a locked database) must not end the server; the next tick tries again. */
  function guarded(what: string, body: () => void): void {
    try {
      body();
    } catch (error) {
      log('error', `The queue could not ${what}.`, { error: jobErrorOf(error) });
    }
  }

  function wake(): void {
    setImmediate(() => guarded('take jobs', fill));
  }

  function fill(): void {
    while (!stopping && working.size < concurrency) {
      const job = store.claim(owner);
      if (job === null) return;
      const work = run(job).finally(() => {
        working.delete(work);
        wake();
      });
      working.add(work);
    }
  }

  async function run(job: Job): Promise<void> {
    try {
      const ready = prepared(job);
      if (ready !== null) await runIn(takeProcess(), ready);
    } catch (error) {
      log('error', 'A job could not be run or recorded; it will run again.', {
        jobId: job.id,
        error: jobErrorOf(error),
      });
    }
  }

  /** Null where the job failed on the way. */
  function prepared(job: Job): Job | null {
    try {
      return prepare === undefined ? job : { ...job, payload: prepare(job) };
    } catch (error) {
      if (!store.fail(job, jobErrorOf(error))) store.cancelled(job);
      tell(job.id);
      return null;
    }
  }

  async function runIn(child: JobProcess, job: Job): Promise<void> {
    const mine: Held = { job, child, progress: null, beatAt: performance.now(), stop: null };
    held.add(mine);
    tell(job.id);
    try {
      const ending = await child.run(job, (progress) => {
        mine.progress = progress;
      });
      await settle(mine, ending);
    } finally {
      held.delete(mine);
      tell(job.id);
      await child.kill();
    }
  }

  /** A process that is already warm, if there is one; another is started for the next job. */
  function takeProcess(): JobProcess {
    const child = spare?.alive() ? spare : startProcess(entry, log, options.environment);
    spare = null;
    guarded('keep a process warm', () => {
      if (!stopping) spare = startProcess(entry, log, options.environment);
    });
    return child;
  }

  async function settle({ job, child, stop }: Held, ending: Ending): Promise<void> {
    if (stop !== null) {
      await child.kill();
      if (stop === 'cancelled') store.cancelled(job);
      if (stop === 'stopping') store.giveBack(job);
    } else if (ending.type === 'died') {
      log('warn', ending.error.message, { jobId: job.id, attempt: job.attempt });
      await sleep(Math.min(longestBackoffMs, firstBackoffMs * 2 ** (job.attempt - 1)));
      store.release(job, ending.error);
    } else {
      const recorded = ending.type === 'completed' ? complete(job, ending.outcome) : store.fail(job, ending.error);
      if (!recorded && !store.cancelled(job)) log('warn', 'A job ended after it was lost.', { jobId: job.id });
    }
  }

  function complete(job: Job, outcome: unknown): boolean {
    try {
      return store.complete(job, () => commit(job, outcome));
    } catch (error) {
      log('error', 'The outcome of a job could not be committed.', { jobId: job.id, error: jobErrorOf(error) });
      return store.fail(job, jobErrorOf(error));
    }
  }

  function tick(): void {
    const leases = store.leases();
    for (const mine of held) lookAfter(mine, leases.find(isLeaseOf(mine)));
    const others = leases.filter((lease) => ![...held].some((mine) => isLeaseOf(mine)(lease)));
    for (const lease of deadLeases(others, performance.now())) {
      if (store.reclaim(lease, ownerGone)) log('warn', ownerGone.message, { jobId: lease.id, owner: lease.owner });
    }
    changes.look();
    fill();
  }

  function lookAfter(mine: Held, lease: Lease | undefined): void {
    if (lease === undefined) halt(mine, 'lost');
    if (lease?.cancelRequested) halt(mine, 'cancelled');
    const { job, progress } = mine;
    if (progress === null && performance.now() - mine.beatAt < leaseMs / 4) return;
    store.heartbeat(job, progress);
    mine.beatAt = performance.now();
    mine.progress = null;
    if (progress !== null) tell(job.id);
  }

  function halt(mine: Held, why: 'cancelled' | 'lost' | 'stopping'): void {
    if (mine.stop !== null) return;
    mine.stop = why;
    void (why === 'cancelled' ? mine.child.cancel() : mine.child.kill());
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
      wake();
      return added;
    },
    wake,
    cancel(id) {
      const before = store.requestCancel(id);
      for (const mine of held) if (mine.job.id === id) halt(mine, 'cancelled');
      if (before === 'queued' || before === 'running') tell(id);
      return before;
    },
    changed: (id, timeoutMs) => changes.next(id, timeoutMs),
    async stop({ drain }) {
      stopping = true;
      if (!drain) for (const mine of held) halt(mine, 'stopping');
      await Promise.all(working);
      clearInterval(ticking);
      await spare?.kill();
      changes.wakeAll();
    },
  };
}

const isLeaseOf =
  ({ job }: Held) =>
  ({ id, fence }: Lease) =>
    id === job.id && fence === job.fence;

const ownerGone: JobError = {
  code: 'unavailable',
  message: 'The server that ran the job is gone.',
  hint: 'Start the job again.',
};
