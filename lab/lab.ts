import { join } from 'node:path';
import { type BarStore, openStore } from '@stratlab/data/store.ts';
import type { JobRecord } from '@stratlab/jobs/job-store.ts';
import { type Queue, startQueue } from '@stratlab/jobs/queue.ts';
import { type Database, openDatabase } from '@stratlab/knowledge/database.ts';
import { jobStore } from '@stratlab/knowledge/jobs.ts';
import { addCall } from '@stratlab/knowledge/ledger.ts';
import { type Logger, pino } from 'pino';
import { commitJob } from './commit-job.ts';
import type { Configuration } from './configuration.ts';
import { type Folders, labFolders } from './lab-folders.ts';
import { prepareJob } from './prepare-job.ts';

/** One row of the ledger of calls. */
export interface Call {
  tool: string;
  /** The arguments as they came. */
  arguments: unknown;
  durationMs: number;
  outcome: 'ok' | 'error';
  errorCode: string | null;
}

export interface Lab {
  readonly configuration: Configuration;
  readonly folders: Folders;
  readonly store: BarStore;
  readonly database: Database;
  readonly jobs: ReturnType<typeof jobStore>;
  readonly queue: Queue;
  readonly log: Logger;
  recordCall(call: Call): void;
  /** Gives running jobs back to the queue and closes the database. */
  close(): Promise<void>;
}

interface LabOptions {
  log?: Logger;
  /** False for a command that only looks: no job is taken from the queue. */
  work?: boolean;
}

const longestArguments = 4000;

/** Opens the lab in its home: runs migrations and takes up the jobs that a dead server has left. */
export function openLab(configuration: Configuration, options: LabOptions = {}): Lab {
  const { log = pino({ level: configuration.logLevel }, pino.destination({ fd: 2, sync: true })), work = true } =
    options;
  const folders = labFolders(configuration.home);
  const database = openDatabase(join(configuration.home, 'experiments', 'lab.db'));
  const jobs = jobStore(database);
  const store = openStore(folders.data);
  const queue = startQueue({
    store: jobs,
    entry: new URL('./worker.ts', import.meta.url),
    environment: { STRATLAB_HOME: configuration.home },
    concurrency: work ? configuration.workers : 0,
    leaseMs: configuration.leaseMs,
    prepare: (job) => prepareJob(lab, job),
    commit: (job, outcome) => commitJob({ database }, job, outcome),
    onEvent: (record: JobRecord) =>
      log.debug({ task: record.id, status: record.status, percent: record.progress.percent }, 'task'),
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
    recordCall: ({ tool, arguments: given, durationMs, outcome, errorCode }) => {
      const text = JSON.stringify(given ?? null).slice(0, longestArguments);
      addCall(database, { tool, arguments: text, durationMs, outcome, errorCode, at: Date.now() });
    },
    close: async () => {
      await queue.stop({ drain: false });
      database.close();
      log.flush();
    },
  };
  return lab;
}
