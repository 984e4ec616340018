import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { LabError } from '@stratlab/data/error.ts';
import { type JobContext, serveJobs } from '@stratlab/jobs/worker.ts';

export interface Payload {
  /** A line is appended to this file when the job starts. */
  trace: string;
  ms?: number;
  /** The last attempt that goes wrong. */
  untilAttempt?: number;
}

const bodies: Record<string, (payload: Payload, context: JobContext) => unknown> = {
  async wait({ ms = 0 }, { attempt, progress, signal }) {
    progress({ percent: 40, stage: 'waiting', etaMs: ms });
    await sleep(ms, null, { signal });
    return { attempt };
  },
  busy() {
    for (;;);
  },
  greedy() {
    const kept: unknown[] = [];
    for (;;) kept.push(Array.from({ length: 10_000 }, () => ({})));
  },
  stubborn({ ms }) {
    process.on('SIGTERM', () => {});
    return sleep(ms);
  },
  refuse() {
    throw new LabError('invalid_input', 'Parameter `period` is -1; at least 1 is allowed.', {
      hint: 'Set period to 14.',
    });
  },
  break() {
    throw new TypeError('a bug of ours');
  },
  exit({ untilAttempt = Number.POSITIVE_INFINITY }, { attempt }) {
    if (attempt > untilAttempt) return { attempt };
    process.stderr.write('the last words\n');
    process.exit(137);
  },
  babble() {
    process.send?.({ type: 'gossip' });
    return sleep(60_000);
  },
  print() {
    process.stdout.write('printed to stdout\n');
    process.stderr.write('printed to stderr\n');
    return sleep(100);
  },
  columns() {
    return { prices: Float64Array.of(1, Number.NaN, 3) };
  },
};

serveJobs(async (job, context) => {
  const payload: Payload = JSON.parse(String(job.payload));
  appendFileSync(payload.trace, `${JSON.stringify({ id: job.id, attempt: job.attempt, pid: process.pid })}\n`);
  return await bodies[job.kind]?.(payload, context);
});
