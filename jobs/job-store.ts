/** Where a job stands. The last four are ends. */
export const jobStatuses = ['queued', 'running', 'completed', 'failed', 'cancelled', 'interrupted'] as const;
export type JobStatus = (typeof jobStatuses)[number];

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

/** The right to write to a running job. The fence grows with every claim; whoever holds an older one has lost the job. */
export interface Claim {
  id: string;
  fence: number;
}

/** What it takes to run one job. `payload` and results are JSON values; the queue does not look inside. */
export interface Job extends Claim {
  kind: string;
  payload: unknown;
  /** 1 for the first. */
  attempt: number;
  capability: string;
  /** W3C traceparent of the call that made the job. */
  trace: string | null;
}

export const needs = ['end', 'success'] as const;

/** A job that another one comes after: it must have ended, or have completed; where it did not, the other one fails. */
export interface Wait {
  id: string;
  needs: (typeof needs)[number];
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
  parentId: string | null;
  priority: number;
  /** Not before, epoch milliseconds. */
  runAt: number | null;
  capability: string;
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
  /** The job that this one is a part of: that one is taken once all its children have ended, well or badly. */
  parentId?: string | null;
  /** Jobs that this one is taken after. They must be there. */
  after?: readonly Wait[];
  /** Higher goes first; 0 where absent. Equals go in the order in which they were added. */
  priority?: number;
  /** Not taken before this instant, epoch milliseconds; at once where absent. */
  runAt?: number | null;
  /** What its holder must offer; `cpu` where absent. */
  capability?: string;
  trace?: string | null;
}

/** A job that could be taken now. The fence tells one turn of it from the next. */
export interface ReadyJob extends Claim {
  capability: string;
}

/** A change of a job's status. Sequences grow; none is used twice. */
export interface JobEvent {
  sequence: number;
  jobId: string;
  status: JobStatus;
  attempt: number;
  at: number;
}

/** A process that takes jobs: how many at once of each capability. */
export interface WorkerRecord {
  id: string;
  host: string;
  pid: number;
  slots: Record<string, number>;
  startedAt: number;
  seenAt: number;
}

/** How a held job stands: it may go on, someone asked for its end, or it is no longer the holder's. */
export type Standing = 'ok' | 'cancel' | 'lost';

/** A running job as seen from outside its owner: a lease is alive while `beat` keeps growing. */
export interface Lease extends Claim {
  owner: string;
  beat: number;
  cancelRequested: boolean;
}

/**
 * A durable, fenced store of jobs. Every method is one transaction; a method that takes a claim does nothing and says
 * `false` (or `lost`) where its fence is no longer the newest: the job was reclaimed, or has ended. Leases are judged by
 * a heartbeat counter that an observer watches, never by comparing wall clocks.
 */
export interface JobStore {
  /** What `body` does becomes durable together; a method that throws inside it is undone alone. */
  together<T>(body: () => T): T;
  /** Adds a job, or finds the live one with the same key, which takes the higher priority of both. */
  add(job: NewJob): { id: string; added: boolean };
  /** Takes the first `most` queued jobs of a capability that wait for no other one, for `owner`, raising attempt and fence. */
  claim(owner: string, capability: string, most: number): Job[];
  /** The first jobs that could be claimed now: of each capability as many as `mostOfEach`, however many of another wait. */
  ready(mostOfEach: number): ReadyJob[];
  /** Raises the beat and records progress. */
  heartbeat(claim: Claim, progress: Progress | null): Standing;
  /** Writes nothing. */
  standing(claim: Claim): Standing;
  /** How the job has ended; null where it has not, or was claimed again after this claim. */
  endOf(claim: Claim): JobStatus | null;
  /**
   * Ends the job; its result (what `commit` returns, as JSON) and everything `commit` writes become durable together, or
   * nothing does. Says `false` too where the end was asked for: after `requestCancel` nothing is recorded.
   */
  complete(claim: Claim, commit: () => unknown): boolean;
  /** Ends the job with its error; `false` too where the end was asked for. */
  fail(claim: Claim, error: JobError): boolean;
  /** Ends a running job that was asked to stop; `false` too where nobody asked. */
  cancelled(claim: Claim): boolean;
  /** Gives a job back because its process died: queued again, `interrupted` when its attempts are used up, or cancelled. */
  release(claim: Claim, error: JobError): boolean;
  /** The same for a job whose owner seems dead; does nothing if its beat has grown since `lease` was read. */
  reclaim(lease: Lease, error: JobError): boolean;
  /** Gives a job back because its owner goes in good order: the attempt does not count. */
  giveBack(claim: Claim): boolean;
  /**
   * A queued job ends at once; a running one is asked to stop; with it its children, but for those that a job of
   * another parent waits for. Says what stood before; null for an unknown id.
   */
  requestCancel(id: string): JobStatus | null;
  leases(): Lease[];
  get(id: string): JobRecord | null;
  /** Oldest first. */
  children(id: string): JobRecord[];
  /** Newest first; every status where none is named. */
  list(query: { statuses?: readonly JobStatus[]; limit: number }): JobRecord[];
  counts(): Record<JobStatus, number>;
  /** Queued jobs by capability, and when the oldest of them was added. */
  backlog(): { capability: string; queued: number; oldestAt: number }[];
  /** Changes after the one of this sequence, oldest first. */
  events(after: number, limit: number): JobEvent[];
  /** Sequence of the newest change; 0 where there is none. */
  newestEvent(): number;
  /** While paused no job is taken, by anyone; what runs goes on. Null goes on. */
  pause(reason: string | null): void;
  paused(): { reason: string; at: number } | null;
  /** Says that a worker is there; it counts as gone when it has not been seen for long, or is retired. */
  announce(worker: Omit<WorkerRecord, 'seenAt'>): void;
  retire(workerId: string): void;
  workers(): WorkerRecord[];
}
