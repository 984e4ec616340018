import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Job, JobError, Progress } from './job-store.ts';
import { type Order, type Report, reportSchema } from './messages.ts';

const graceMs = 500;
const keptLines = 10;

export type Log = (
  level: 'debug' | 'info' | 'warn' | 'error',
  message: string,
  details: Record<string, unknown>,
) => void;

/** How the process of a job ended: with a report, or without a word. */
export type Ending = Exclude<Report, { type: 'progress' }> | { type: 'died'; error: JobError };

/** A child process that runs one job after another. */
export interface JobProcess {
  alive(): boolean;
  /** Whether it was asked to end. */
  ending(): boolean;
  /** After its last job, bytes. */
  memory(): number;
  run(job: Job, onProgress: (progress: Progress) => void): Promise<Ending>;
  /** Asks, then SIGTERM, then SIGKILL, half a second apart. Resolves when the process is gone. */
  cancel(): Promise<void>;
  /** Resolves when the process is gone. */
  kill(): Promise<void>;
}

export interface ProcessLimits {
  environment?: Record<string, string> | undefined;
  /** MiB. */
  heapMb?: number | undefined;
}

/** Starts a process that runs `entry`, which calls `serveJobs`. What it prints goes to `log`, never to our own output. */
export function startProcess(entry: URL | string, log: Log, limits: ProcessLimits = {}): JobProcess {
  const { environment = {}, heapMb } = limits;
  const child = fork(entry, {
    env: { ...process.env, ...environment },
    execArgv: heapMb === undefined ? [] : [`--max-old-space-size=${heapMb}`],
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const lastLines: string[] = [];
  let jobId: string | null = null;
  let memory = 0;
  let ending = false;
  let onReport: (report: unknown) => void = () => {};

  const listen = (stream: NodeJS.ReadableStream | null, onLine: (line: string) => void) => {
    if (stream !== null) createInterface({ input: stream, crlfDelay: Infinity }).on('line', onLine);
  };
  listen(child.stdout, (line) => log('info', line, { jobId, pid: child.pid }));
  listen(child.stderr, (line) => {
    log('warn', line, { jobId, pid: child.pid });
    lastLines.push(line);
    if (lastLines.length > keptLines) lastLines.shift();
  });
  child.on('message', (message) => onReport(message));

  const gone = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal === null ? `exit code ${code}` : `signal ${signal}`));
    child.on('error', (error) => child.pid === undefined && resolve(error.message));
  });
  const closed = once(child, 'close').catch(() => {});
  const goneWithin = (ms: number) => Promise.race([gone.then(() => true), sleep(ms, false, { ref: false })]);
  const send = (order: Order) => child.send(order, () => {});

  async function death(): Promise<Ending> {
    const how = await gone;
    await Promise.race([closed, sleep(graceMs, null, { ref: false })]);
    const lines = lastLines.length === 0 ? 'It printed no error.' : `Its last lines: ${lastLines.join(' | ')}`;
    const hint = 'If it was killed from outside, it may have been short of memory: try a smaller job.';
    return {
      type: 'died',
      error: { code: 'internal', message: `The job's process ended with ${how}. ${lines}`, hint },
    };
  }

  const died = death();
  return {
    alive: () => child.connected && child.exitCode === null && child.signalCode === null,
    ending: () => ending,
    memory: () => memory,
    run(job, onProgress) {
      jobId = job.id;
      lastLines.length = 0;
      return new Promise((resolve) => {
        onReport = (message) => {
          const report = reportSchema.safeParse(message);
          if (!report.success) {
            ending = true;
            resolve({ type: 'failed', error: notUnderstood(report.error.message), memory });
          } else if (report.data.type === 'progress') onProgress(report.data.progress);
          else {
            memory = report.data.memory;
            resolve(report.data);
          }
        };
        void died.then(resolve);
        send({ type: 'run', job });
      });
    },
    async cancel() {
      ending = true;
      send({ type: 'cancel' });
      if (await goneWithin(graceMs)) return;
      child.kill('SIGTERM');
      if (await goneWithin(graceMs)) return;
      child.kill('SIGKILL');
      await gone;
    },
    async kill() {
      ending = true;
      child.kill('SIGKILL');
      await gone;
    },
  };
}

function notUnderstood(why: string): JobError {
  return { code: 'internal', message: `The job's process sent a message that the queue does not understand: ${why}` };
}
