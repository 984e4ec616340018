import { inspect } from 'node:util';
import { Worker } from 'node:worker_threads';
import { jobErrorOf } from './job-error.ts';
import type { Job, Progress } from './job-store.ts';
import { orderSchema, type Report } from './messages.ts';

const progressEveryMs = 100;

export interface JobContext {
  /** Cheap enough for inner loops: all but a few calls a second are dropped, unless the stage changes. */
  progress(progress: Progress): void;
  /** Fires when the job is cancelled; half a second later its process is ended. */
  signal: AbortSignal;
  attempt: number;
  /** W3C traceparent of the call that made the job. */
  trace: string | null;
}

/** The body of a job. What it resolves to must survive a structured clone; what it throws fails the job for good. */
export type RunJob = (job: Job, context: JobContext) => Promise<unknown>;

/** Makes this process, started by a queue as its entry module, run the jobs that it is sent, one after another. It ends with its queue. */
export function serveJobs(run: RunJob): void {
  if (process.send === undefined) throw new Error('serveJobs runs in a process that a queue has started.');
  let cancelled = new AbortController();
  process.on('disconnect', () => process.exit(1));
  dieWithParent();
  process.on('message', (message) => {
    const order = orderSchema.parse(message);
    if (order.type === 'cancel') return cancelled.abort();
    cancelled = new AbortController();
    void perform(run, order.job, cancelled.signal);
  });
}

async function perform(run: RunJob, job: Job, signal: AbortSignal): Promise<void> {
  try {
    const { attempt, trace } = job;
    const outcome = await run(job, { progress: progressReporter(), signal, attempt, trace });
    report({ type: 'completed', outcome, memory: process.memoryUsage.rss() });
  } catch (error) {
    const shown = jobErrorOf(error);
    if (shown.code === 'internal') process.stderr.write(`${inspect(error)}\n`);
    report({ type: 'failed', error: shown, memory: process.memoryUsage.rss() });
  }
}

function report(message: Report): void {
  process.send?.(message);
}

function progressReporter(): JobContext['progress'] {
  let reportedAt = Number.NEGATIVE_INFINITY;
  let reportedStage = '';
  return ({ percent, stage, etaMs }) => {
    const now = performance.now();
    if (stage === reportedStage && now - reportedAt < progressEveryMs) return;
    [reportedAt, reportedStage] = [now, stage];
    const known = etaMs !== null && Number.isFinite(etaMs);
    const progress = { percent: clamp(percent, 0, 100), stage, etaMs: known ? Math.max(0, etaMs) : null };
    report({ type: 'progress', progress });
  };
}

const clamp = (value: number, low: number, high: number) =>
  Math.min(high, Math.max(low, Number.isNaN(value) ? low : value));

/** A busy loop never hears that its queue's process has died, so a thread watches for it. */
function dieWithParent(): void {
  const watch = `const { workerData } = require('node:worker_threads');
    setInterval(() => process.ppid === workerData || process.kill(process.pid, 'SIGKILL'), 250);`;
  new Worker(watch, { eval: true, workerData: process.ppid }).unref();
}
