import { setTimeout as sleep } from 'node:timers/promises';
import type { Books, Sign } from './books.ts';
import { jobErrorOf } from './job-error.ts';
import type { Ending, JobProcess, Log } from './job-process.ts';
import type { Claim, Job, JobError, Progress, Standing } from './job-store.ts';
import type { ProcessPool } from './process-pool.ts';

const firstBackoffMs = 100;
const longestBackoffMs = 5000;

/** How many jobs run at once, by the capability that they need: `{cpu: 2, gpu: 1}`. */
export type Slots = Readonly<Record<string, number>>;

export interface RunnerOptions {
  books: Books;
  pool: ProcessPool;
  slots: Slots;
  /** A job is told to be alive four times within it. */
  leaseMs: number;
  /** A job that runs longer is ended and fails. */
  limitMs: number;
  log: Log;
}

/** Why a job must not go on, whatever it may still report. */
type Stop = 'cancelled' | 'lost' | 'stopping' | 'overtime';

interface Held {
  job: Job;
  process: JobProcess | null;
  /** Not told yet. */
  progress: Progress | null;
  beatAt: number;
  startedAt: number;
  stop: Stop | null;
  /** Ends a pause before the next attempt. */
  hurry: AbortController;
}

/** Holds jobs: runs each in a process, tells the books that it is alive, and ends it when it is told to. */
export interface Runner {
  free(capability: string): number;
  holds(claim: Claim): boolean;
  /** Runs a job that was taken. Resolves, never rejects, when its slot is free again; what it found may still be under way. */
  run(job: Job): Promise<void>;
  /** Tells how the jobs go and hears how they stand; to be called several times a second. */
  look(): Promise<void>;
  cancel(id: string): void;
  /** Waits for the running jobs, or without `drain` ends them and gives them back unharmed. */
  stop(how: { drain: boolean }): Promise<void>;
}

export function startRunner({ books, pool, slots, leaseMs, limitMs, log }: RunnerOptions): Runner {
  const held = new Set<Held>();
  const lives = new Set<Promise<void>>();
  const running = new Map<string, number>();
  let looking = false;
  let stopping = false;

  function run(job: Job): Promise<void> {
    const now = performance.now();
    const hurry = new AbortController();
    const mine: Held = { job, process: null, progress: null, beatAt: now, startedAt: now, stop: null, hurry };
    held.add(mine);
    occupy(job, 1);
    if (stopping) halt(mine, 'stopping');
    const ran = inProcess(mine).finally(() => occupy(job, -1));
    const life = ran
      .then((ending) => settle(mine, ending))
      .catch((error: unknown) =>
        log('error', 'A job could not be run or recorded; it will run again.', {
          jobId: job.id,
          error: jobErrorOf(error),
        }),
      )
      .finally(() => {
        held.delete(mine);
        lives.delete(life);
      });
    lives.add(life);
    return ran.then(
      () => {},
      () => {},
    );
  }

  function occupy({ capability }: Job, more: number): void {
    running.set(capability, (running.get(capability) ?? 0) + more);
  }

  async function inProcess(mine: Held): Promise<Ending | null> {
    if (mine.stop !== null) return null;
    const child = pool.take();
    mine.process = child;
    try {
      return await child.run(mine.job, (progress) => {
        mine.progress = progress;
      });
    } finally {
      mine.process = null;
      await (mine.stop === null ? pool.giveBack(child) : child.kill().then(() => pool.giveBack(child)));
    }
  }

  async function settle(mine: Held, ending: Ending | null): Promise<void> {
    const { job, stop } = mine;
    if (stop === 'lost') return;
    if (stop === 'cancelled') await books.cancelled(job);
    else if (stop === 'stopping') await books.giveBack(job);
    else if (stop === 'overtime') await ended(job, books.fail(job, overtime(limitMs)));
    else if (ending?.type === 'died') await tryAgain(mine, ending.error);
    else if (ending?.type === 'completed') await ended(job, books.complete(job, ending.outcome));
    else if (ending !== null) await ended(job, books.fail(job, ending.error));
  }

  async function ended(job: Job, recorded: Promise<boolean>): Promise<void> {
    if ((await recorded) || (await books.cancelled(job))) return;
    log('warn', 'A job ended after it was lost.', { jobId: job.id });
  }

  /** Held, so that no clock but ours measures the pause, but without a slot. */
  async function tryAgain(mine: Held, error: JobError): Promise<void> {
    const { job, hurry } = mine;
    log('warn', error.message, { jobId: job.id, attempt: job.attempt });
    const pauseMs = Math.min(longestBackoffMs, firstBackoffMs * 2 ** (job.attempt - 1));
    await sleep(pauseMs, null, { signal: hurry.signal }).catch(() => {});
    await books.release(job, error);
  }

  async function look(): Promise<void> {
    const looked = [...held].filter(({ stop }) => stop === null);
    if (looking || looked.length === 0) return;
    looking = true;
    try {
      const signs = looked.map(signOf);
      const standings = await books.standings(signs);
      for (const [k, mine] of looked.entries()) heed(mine, signs[k], standings[k]);
    } catch (error) {
      log('warn', 'How the jobs stand could not be told.', { error: jobErrorOf(error) });
    } finally {
      looking = false;
    }
  }

  function signOf({ job, progress, beatAt }: Held): Sign {
    const beat = progress !== null || performance.now() - beatAt >= leaseMs / 4;
    return { claim: { id: job.id, fence: job.fence }, progress, beat };
  }

  function heed(mine: Held, { progress, beat }: Sign, standing: Standing): void {
    if (beat) mine.beatAt = performance.now();
    if (mine.progress === progress) mine.progress = null;
    if (standing === 'cancel') halt(mine, 'cancelled');
    else if (standing === 'lost') halt(mine, 'lost');
    else if (performance.now() - mine.startedAt > limitMs) halt(mine, 'overtime');
  }

  function halt(mine: Held, why: Stop): void {
    if (mine.stop !== null) return;
    mine.stop = why;
    mine.hurry.abort();
    const orderly = why === 'cancelled' || why === 'overtime';
    void (orderly ? mine.process?.cancel() : mine.process?.kill());
  }

  return {
    free: (capability) => (slots[capability] ?? 0) - (running.get(capability) ?? 0),
    holds: ({ id, fence }) => [...held].some(({ job }) => job.id === id && job.fence === fence),
    run,
    look,
    cancel(id) {
      for (const mine of held) if (mine.job.id === id) halt(mine, 'cancelled');
    },
    async stop({ drain }) {
      stopping = true;
      for (const mine of held) drain ? mine.hurry.abort() : halt(mine, 'stopping');
      await Promise.all(lives);
      await pool.stop();
    },
  };
}

function overtime(limitMs: number): JobError {
  return {
    code: 'limit_exceeded',
    message: `The job ran longer than ${Math.round(limitMs / 1000)} s, the most that is allowed.`,
    hint: 'Make it smaller, or raise STRATLAB_JOB_LIMIT_MS.',
  };
}
