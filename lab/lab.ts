import { type BarStore, openStore } from '@stratlab/data/store.ts';
import type { JobRecord, JobStore } from '@stratlab/jobs/job-store.ts';
import { type Queue, startQueue } from '@stratlab/jobs/queue.ts';
import type { Slots } from '@stratlab/jobs/runner.ts';
import { type Database, openDatabase } from '@stratlab/knowledge/database.ts';
import { jobStore } from '@stratlab/knowledge/jobs.ts';
import { addCall } from '@stratlab/knowledge/ledger.ts';
import type { Logger } from 'pino';
import { cleanRegularly } from './clean-regularly.ts';
import { commitJob } from './commit-job.ts';
import type { Configuration } from './configuration.ts';
import { sourceOf } from './job-source.ts';
import { databaseFile, type Folders, labFolders } from './lab-folders.ts';
import { openLog } from './log.ts';
import { prepareJob } from './prepare-job.ts';
import { pressureNow } from './pressure.ts';
import { traceparent } from './trace.ts';

/** One row of the ledger of calls. */
export interface Call {
  tool: string;
  /** The arguments as they came. */
  arguments: unknown;
  durationMs: number;
  outcome: 'ok' | 'error';
  errorCode: string | null;
  /** Who called. */
  principal: string;
}

export interface Watcher {
  call(call: Call): void;
  job(record: JobRecord): void;
}

export interface Lab {
  readonly configuration: Configuration;
  readonly folders: Folders;
  readonly store: BarStore;
  readonly database: Database;
  readonly jobs: JobStore;
  readonly queue: Queue;
  readonly log: Logger;
  recordCall(call: Call): void;
  /** Told of every call that is recorded, and of every change of a job that is made here, until the lab is closed. */
  watch(watcher: Watcher): void;
  /** Gives running jobs back to the queue and closes the database. */
  close(): Promise<void>;
}

interface LabOptions {
  log?: Logger;
  /** False for a command that only looks: no job is taken from the queue. */
  work?: boolean;
  /** How many jobs run at once, by capability, where the configuration does not decide. */
  slots?: Slots;
}

const longestArguments = 4000;

/** Opens the lab in its home: runs migrations and takes up the jobs that a dead server has left. */
export function openLab(configuration: Configuration, options: LabOptions = {}): Lab {
  const { log = openLog(configuration), work = true } = options;
  const { slots = { cpu: configuration.workers, gpu: configuration.gpus } } = options;
  const folders = labFolders(configuration.home);
  const database = openDatabase(databaseFile(configuration.home));
  const jobs = tracedJobs(jobStore(database));
  const watchers: Watcher[] = [];
  const store = openStore(folders.data);
  const queue = startQueue({
    store: jobs,
    entry: new URL('./worker.ts', import.meta.url),
    // No lab but this one: its jobs have its home.
    environment: { STRATLAB_HOME: configuration.home, STRATLAB_LAB_URL: '' },
    slots: work ? slots : {},
    source: sourceOf(configuration),
    leaseMs: configuration.leaseMs,
    limitMs: configuration.jobLimitMs,
    heapMb: configuration.jobHeapMb,
    prepare: (job) => prepareJob(lab, job),
    commit: (job, outcome) => commitJob({ database }, job, outcome),
    heldBack: () => pressureNow(configuration),
    onEvent: (record) => {
      log.debug({ task: record.id, status: record.status, percent: record.progress.percent }, 'task');
      for (const watcher of watchers) watcher.job(record);
    },
    log: (level, message, details) => log[level]({ details }, message),
  });
  const lab: Lab = {
    configuration,
    folders,
    store,
    database,
    jobs,
    queue,
    log,
    recordCall: (call) => {
      const { tool, arguments: given, durationMs, outcome, errorCode, principal } = call;
      for (const watcher of watchers) watcher.call(call);
      const text = JSON.stringify(given ?? null).slice(0, longestArguments);
      addCall(database, { tool, arguments: text, durationMs, outcome, errorCode, principal, at: Date.now() });
    },
    watch: (watcher) => void watchers.push(watcher),
    close: async () => {
      stopCleaning();
      await queue.stop({ drain: false });
      database.close();
      log.flush();
    },
  };
  const stopCleaning = work ? cleanRegularly(lab) : () => {};
  return lab;
}

/** Every job remembers the trace of the call that made it. */
function tracedJobs(jobs: JobStore): JobStore {
  return { ...jobs, add: (job) => jobs.add({ trace: traceparent(), ...job }) };
}
