/** Where a job stands. The last four are ends. */
export type JobStatus = 'queued' | 'running' | 'completed' | 'failed' | 'cancelled' | 'interrupted';

export const endStates: readonly JobStatus[] = ['completed', 'failed', 'cancelled', 'interrupted'];

/** Why a job ended badly, in the form every door shows. */
export interface JobError {
  code: string;
  message: string;
  hint?: string;
}

export interface Progress {
  /** 0 to 100. */
  percent: number;
  stage: string;
  etaMs: number | null;
}

/** What it takes to run one job. `payload` and results are JSON values; the queue does not look inside. */
export interface Job {
  id: string;
  kind: string;
  payload: unknown;
  attempt: number;
  /** Grows with every claim; a writer with an older fence has lost the job. */
  fence: number;
}

export interface JobRecord {
  id: string;
  kind: string;
  payload: unknown;
  status: JobStatus;
  progress: Progress;
  attempt: number;
  maxAttempts: number;
  cancelRequested: boolean;
  createdAt: number;
  startedAt: number | null;
  finishedAt: number | null;
  result: unknown;
  error: JobError | null;
}

export interface NewJob {
  id: string;
  kind: string;
  payload: unknown;
  /** Two jobs with one key are one job while the first is not at an end. */
  key: string | null;
  maxAttempts: number;
}

/** A running job as seen from outside its owner: a lease is alive while `beat` keeps growing. */
export interface Lease {
  job: Job;
  owner: string;
  beat: number;
}

/**
 * A durable, fenced store of jobs. Every method is one transaction; a method that takes a `Job` does nothing and says
 * `false` (or `lost`) where its fence is no longer the newest: the job was reclaimed, or has ended. Leases are judged by
 * a heartbeat counter that an observer watches, never by comparing wall clocks.
 */
export interface JobStore {
  /** Adds a job, or finds the live one with the same key. */
  add(job: NewJob): { id: string; added: boolean };
  /** Takes the oldest runnable job for `owner`, raising attempt and fence. */
  claim(owner: string): Job | null;
  /** Raises the beat and records progress. `cancel`: someone asked for the end; `lost`: the fence is old. */
  heartbeat(job: Job, progress: Progress | null): 'ok' | 'cancel' | 'lost';
  /** Ends the job; its result and everything `commit` writes become durable together, or nothing does. */
  complete(job: Job, commit: () => unknown): boolean;
  fail(job: Job, error: JobError): boolean;
  /** Ends a claimed job that was asked to stop. */
  cancelled(job: Job): boolean;
  /** Gives a job back to the queue because its process or server died; `interrupted` when its attempts are used up. */
  release(job: Job, error: JobError): boolean;
  /** A queued job ends at once; a running one is asked to stop. Says what stood before; null for an unknown id. */
  requestCancel(id: string): JobStatus | null;
  leases(): Lease[];
  get(id: string): JobRecord | null;
  counts(): Record<JobStatus, number>;
}
