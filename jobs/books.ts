import { jobErrorOf } from './job-error.ts';
import type { Log } from './job-process.ts';
import type { Claim, Job, JobError, JobStatus, JobStore, Progress, Standing } from './job-store.ts';

/** A sign of life of a job that is held. */
export interface Sign {
  claim: Claim;
  /** Not told before. */
  progress: Progress | null;
  /** False only asks how it stands. */
  beat: boolean;
}

/**
 * Where the holder of jobs writes how they go: the store itself, or the lab that keeps it on another host. What says
 * `false` came too late: the job was taken by someone else, has ended, or shall end. Said again by the holder who has
 * ended the job, and did not hear so, an end changes nothing and is `true`.
 */
export interface Books {
  /** Takes the first ready jobs of a capability, with payloads that hold all that they need. */
  claim(capability: string, most: number): Promise<Job[]>;
  standings(signs: readonly Sign[]): Promise<Standing[]>;
  /** Commits what the job found and ends it, at once or not at all. A commit that throws fails the job. */
  complete(job: Job, outcome: unknown): Promise<boolean>;
  fail(job: Job, error: JobError): Promise<boolean>;
  cancelled(job: Job): Promise<boolean>;
  release(job: Job, error: JobError): Promise<boolean>;
  giveBack(job: Job): Promise<boolean>;
}

export interface StoreBooksOptions {
  store: JobStore;
  /** Who holds what is taken. */
  owner: string;
  prepare?: ((job: Job) => unknown) | undefined;
  commit: (job: Job, outcome: unknown) => unknown;
  /** Writes in one transaction what comes in one turn of the event loop. */
  written: <T>(task: () => T) => Promise<T>;
  /** Called after each change. */
  tell: (id: string) => void;
  log: Log;
}

/** Books that are the store. */
export function storeBooks({ store, owner, prepare, commit, written, tell, log }: StoreBooksOptions): Books {
  const told = (id: string, done: boolean): boolean => {
    if (done) tell(id);
    return done;
  };

  /** Whether the holder has ended the job so before. */
  const endedAs = (claim: Claim, ...ends: JobStatus[]): boolean => {
    const end = store.endOf(claim);
    return end !== null && ends.includes(end);
  };

  /** Null where it failed on the way. */
  function prepared(job: Job): Job | null {
    tell(job.id);
    try {
      return prepare === undefined ? job : { ...job, payload: prepare(job) };
    } catch (error) {
      told(job.id, store.fail(job, jobErrorOf(error)) || store.cancelled(job));
      return null;
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

  function standing({ claim, progress, beat }: Sign): Standing {
    if (!beat) return store.standing(claim);
    const now = store.heartbeat(claim, progress);
    told(claim.id, progress !== null);
    return now;
  }

  return {
    claim: async (capability, most) => {
      const jobs = store.claim(owner, capability, most);
      return jobs.flatMap((job) => prepared(job) ?? []);
    },
    standings: (signs) => written(() => signs.map(standing)),
    complete: async (job, outcome) =>
      told(job.id, await written(() => complete(job, outcome))) || endedAs(job, 'completed', 'failed'),
    fail: async (job, error) =>
      told(job.id, await written(() => store.fail(job, error))) || endedAs(job, 'completed', 'failed'),
    cancelled: async (job) => told(job.id, await written(() => store.cancelled(job))) || endedAs(job, 'cancelled'),
    release: async (job, error) => told(job.id, await written(() => store.release(job, error))),
    giveBack: async (job) => told(job.id, await written(() => store.giveBack(job))),
  };
}
