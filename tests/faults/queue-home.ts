import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JobStore } from '@stratlab/jobs/job-store.ts';
import { type Queue, type QueueOptions, startQueue } from '@stratlab/jobs/queue.ts';
import { bullSource } from '@stratlab/jobs/sources/bullmq.ts';
import { type Database, openDatabase } from '@stratlab/knowledge/database.ts';
import { jobStore } from '@stratlab/knowledge/jobs.ts';
import type { Payload } from './queue-entry.ts';

export const leaseMs = 800;
export const queueEntry = new URL('./queue-entry.ts', import.meta.url);

interface Start {
  id: string;
  attempt: number;
  pid: number;
}

interface Effect {
  job: string;
  attempt: number;
}

interface TestJob extends Omit<Payload, 'trace'> {
  id?: string;
  maxAttempts?: number;
  capability?: string;
}

/** A folder with a database, a trace of what ran, and a table without any constraint that commits write to. */
export class QueueHome {
  readonly file: string;
  readonly trace: string;
  readonly database: Database;
  readonly store: JobStore;
  /** Of the engine; null for the embedded one. */
  readonly redisUrl: string | null;
  readonly #folder: string;

  constructor(redisUrl: string | null = null) {
    this.redisUrl = redisUrl;
    this.#folder = mkdtempSync(join(tmpdir(), 'stratlab-queue-'));
    this.file = join(this.#folder, 'lab.db');
    this.trace = join(this.#folder, 'trace');
    this.database = openDatabase(this.file);
    this.database.sqlite.exec('CREATE TABLE effects (job TEXT, attempt INTEGER) STRICT');
    this.store = jobStore(this.database);
  }

  add(
    kind: string,
    { maxAttempts = 3, id = crypto.randomUUID(), capability = 'cpu', ...payload }: TestJob = {},
  ): string {
    const text = JSON.stringify({ trace: this.trace, ...payload });
    return this.store.add({ id, kind, payload: text, key: null, maxAttempts, capability }).id;
  }

  /** Whether nobody holds the database's write lock for long. */
  isWritable(): boolean {
    const { sqlite } = this.database;
    const usual = sqlite.pragma('busy_timeout', { simple: true });
    sqlite.pragma('busy_timeout = 300');
    try {
      sqlite.exec('BEGIN IMMEDIATE; ROLLBACK');
      return true;
    } catch {
      return false;
    } finally {
      sqlite.pragma(`busy_timeout = ${Number(usual)}`);
    }
  }

  /** Every start of a job's body, in order. */
  starts(): Start[] {
    if (!existsSync(this.trace)) return [];
    const lines = readFileSync(this.trace, 'utf8').split('\n').slice(0, -1);
    return lines.map((line) => JSON.parse(line));
  }

  pids(id: string): number[] {
    return this.starts().flatMap((start) => (start.id === id ? [start.pid] : []));
  }

  /** What commits have written. */
  effects(): Effect[] {
    return this.database.sqlite.prepare<[], Effect>('SELECT job, attempt FROM effects').all();
  }

  record(id: string) {
    const record = this.store.get(id);
    if (record === null) throw new Error(`no job ${id}`);
    return record;
  }

  started(id: string, attempt = 1): Promise<void> {
    return until(`job ${id} starts attempt ${attempt}`, () =>
      this.starts().some((start) => start.id === id && start.attempt === attempt),
    );
  }

  ended(id: string): Promise<void> {
    return until(`job ${id} ends`, () => this.record(id).finishedAt !== null);
  }

  close(): void {
    this.database.close();
    rmSync(this.#folder, { recursive: true });
  }
}

/** A queue on a database, whose commits leave a row each in `effects`. */
export function startTestQueue(
  { database, redisUrl }: Pick<QueueHome, 'database' | 'redisUrl'>,
  concurrency: number,
  log?: QueueOptions['log'],
): Queue {
  return startQueue({
    store: jobStore(database),
    entry: queueEntry,
    slots: { cpu: concurrency },
    leaseMs,
    commit(job, outcome) {
      database.sqlite.prepare('INSERT INTO effects VALUES (?, ?)').run(job.id, job.attempt);
      return outcome;
    },
    ...(log && { log }),
    ...(redisUrl !== null && { source: bullSource(redisUrl) }),
  });
}

/** A server on the database of `home`, as a process of its own that can be killed. */
export function startServer(
  home: QueueHome,
  concurrency: number,
  environment: Record<string, string> = {},
): ChildProcess {
  const program = join(import.meta.dirname, 'queue-server.ts');
  return spawn(process.execPath, [program, home.file, String(concurrency), home.redisUrl ?? ''], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

export async function killServer(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  server.kill('SIGKILL');
  await once(server, 'exit');
}

export async function until(what: string, condition: () => boolean, withinMs = 30_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await sleep(15);
  }
}

export function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
