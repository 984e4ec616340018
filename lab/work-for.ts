import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { LabError } from '@stratlab/data/error.ts';
import { remoteBooks } from '@stratlab/jobs/remote-books.ts';
import type { Slots } from '@stratlab/jobs/runner.ts';
import { Unreachable } from '@stratlab/jobs/unreachable.ts';
import { startWork } from '@stratlab/jobs/work.ts';
import type { Logger } from 'pino';
import { sweep } from './borrow.ts';
import type { Configuration } from './configuration.ts';
import { sourceOf } from './job-source.ts';
import { letterBox } from './letter-box.ts';
import { openObjects } from './objects.ts';
import { pressureNow } from './pressure.ts';
import { type Letter, welcomeSchema } from './worker-letters.ts';

const helloEveryMs = 10_000;
const sweepEveryMs = 3_600_000;
const dayMs = 86_400_000;
/** On a connection that died without a word a heartbeat waits for ever; given up in time, the next one saves the lease. */
const shortestStandMs = 1000;
/** How long a worker that stops tries to tell its lab. */
const lastWordsMs = 5_000;

export interface RemoteWork {
  /** Takes no more jobs; waits for the running ones, or without `drain` gives them back. */
  stop(how: { drain: boolean }): Promise<void>;
}

/**
 * Works for a lab on another host: takes jobs over HTTP, runs them here, and hands in what they found. Bars and
 * artifacts lie in the home, which both see, or come and go through a bucket. Resolves once the lab has answered, and
 * waits for that as long as it takes. Throws `unavailable` where the lab refuses or the bucket cannot be used.
 */
export async function workFor(configuration: Configuration, slots: Slots, log: Logger): Promise<RemoteWork> {
  const { home, jobLimitMs, jobHeapMb } = configuration;
  const post = letterBox(configuration);
  const worker = {
    id: crypto.randomUUID(),
    host: hostname(),
    pid: process.pid,
    slots: { ...slots },
    startedAt: Date.now(),
  };
  const patience = new AbortController();
  const objects = await openObjects(configuration);
  await objects?.check();
  const { leaseMs, lends } = await welcome(() => post({ type: 'hello', worker }), log);
  if (objects !== null && !lends) throw lendsNothing;
  const tidy = objects === null ? () => {} : () => sweepUnused(configuration, log);
  const standWithinMs = Math.max(shortestStandMs, leaseMs / 4);
  const books = remoteBooks((asked) => {
    const letter: Letter = { type: 'books', worker: worker.id, asked };
    return asked.call === 'standings' ? post(letter, standWithinMs) : post(letter);
  }, patience.signal);
  const work = startWork({
    books,
    entry: new URL('./worker.ts', import.meta.url),
    environment: { STRATLAB_HOME: home },
    slots,
    leaseMs,
    ready: null,
    limitMs: jobLimitMs,
    heapMb: jobHeapMb,
    heldBack: () => pressureNow(configuration),
    log: (level, message, details) => log[level]({ details }, message),
    source: sourceOf(configuration),
  });
  const greeting = setInterval(() => void post({ type: 'hello', worker }).catch(() => {}), helloEveryMs);
  const sweeping = setInterval(tidy, sweepEveryMs);
  tidy();
  return {
    async stop({ drain }) {
      const timer = drain ? undefined : setTimeout(() => patience.abort(), lastWordsMs);
      await work.stop({ drain });
      clearTimeout(timer);
      clearInterval(greeting);
      clearInterval(sweeping);
      await post({ type: 'bye', worker: worker.id }).catch(() => {});
    },
  };
}

async function welcome(greet: () => Promise<unknown>, log: Logger) {
  for (;;) {
    try {
      return welcomeSchema.parse(await greet());
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      log.warn(`${error.message}; trying again`);
      await sleep(2000);
    }
  }
}

const lendsNothing = new LabError('unavailable', 'This worker has a bucket, and its lab has none.', {
  path: 'STRATLAB_S3_BUCKET',
  hint: 'Give both the same STRATLAB_S3_BUCKET, STRATLAB_S3_ENDPOINT and STRATLAB_S3_PREFIX; or none, and a shared volume.',
});

/** What a running job still needs is never that old. */
function sweepUnused({ home, keepLeftoversDays, jobLimitMs }: Configuration, log: Logger): void {
  if (keepLeftoversDays === 0) return;
  try {
    sweep(home, Math.max(keepLeftoversDays * dayMs, jobLimitMs));
  } catch (error) {
    log.warn({ err: error }, 'Files that no job needs any more could not be removed.');
  }
}
