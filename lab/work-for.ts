import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { LabError } from '@stratlab/data/error.ts';
import { remoteBooks, Unreachable } from '@stratlab/jobs/remote-books.ts';
import type { Slots } from '@stratlab/jobs/runner.ts';
import { fromWire, toWire } from '@stratlab/jobs/wire.ts';
import { startWork } from '@stratlab/jobs/work.ts';
import type { Logger } from 'pino';
import type { Configuration } from './configuration.ts';
import { sourceOf } from './job-source.ts';
import { type Letter, welcomeSchema } from './worker-letters.ts';

const helloEveryMs = 10_000;
const answerWithinMs = 60_000;
/** How long a worker that stops tries to tell its lab. */
const lastWordsMs = 5_000;

export interface RemoteWork {
  /** Takes no more jobs; waits for the running ones, or without `drain` gives them back. */
  stop(how: { drain: boolean }): Promise<void>;
}

/**
 * Works for a lab on another host: takes jobs over HTTP, runs them here, and hands in what they found. Bars and
 * artifacts lie in the home, which both see. Resolves once the lab has answered, and waits for that as long as it takes.
 * Throws `unavailable` where the lab refuses.
 */
export async function workFor(configuration: Configuration, slots: Slots, log: Logger): Promise<RemoteWork> {
  const { labUrl, labToken, home, jobLimitMs, jobHeapMb } = configuration;
  if (labUrl === undefined) throw new LabError('invalid_input', 'No lab is named.', { path: 'STRATLAB_LAB_URL' });
  const post = letterBox(new URL('/work', labUrl), labToken);
  const worker = {
    id: crypto.randomUUID(),
    host: hostname(),
    pid: process.pid,
    slots: { ...slots },
    startedAt: Date.now(),
  };
  const patience = new AbortController();
  const { leaseMs } = await welcome(() => post({ type: 'hello', worker }), log);
  const books = remoteBooks((asked) => post({ type: 'books', worker: worker.id, asked }), patience.signal);
  const work = startWork({
    books,
    entry: new URL('./worker.ts', import.meta.url),
    environment: { STRATLAB_HOME: home },
    slots,
    leaseMs,
    ready: null,
    limitMs: jobLimitMs,
    heapMb: jobHeapMb,
    log: (level, message, details) => log[level]({ details }, message),
    source: sourceOf(configuration),
  });
  const greeting = setInterval(() => void post({ type: 'hello', worker }).catch(() => {}), helloEveryMs);
  return {
    async stop({ drain }) {
      const timer = drain ? undefined : setTimeout(() => patience.abort(), lastWordsMs);
      await work.stop({ drain });
      clearTimeout(timer);
      clearInterval(greeting);
      await post({ type: 'bye', worker: worker.id }).catch(() => {});
    },
  };
}

type Post = (letter: Letter) => Promise<unknown>;

function letterBox(address: URL, token: string | undefined): Post {
  const headers = {
    'Content-Type': 'application/json',
    ...(token !== undefined && { Authorization: `Bearer ${token}` }),
  };
  return async (letter) => {
    const response = await fetch(address, {
      method: 'POST',
      headers,
      body: toWire(letter),
      signal: AbortSignal.timeout(answerWithinMs),
    }).catch((cause: unknown) => {
      throw new Unreachable(`${address.host} cannot be reached`, { cause });
    });
    const text = await response.text().catch((cause: unknown) => {
      throw new Unreachable(`${address.host} broke off`, { cause });
    });
    if (response.ok) return fromWire(text);
    if (response.status === 429 || response.status >= 500) throw new Unreachable(`${address.host}: ${response.status}`);
    throw new LabError(
      'unavailable',
      `The lab at ${address.host} refuses this worker: ${response.status} ${text.slice(0, 300)}`,
      {
        hint: 'Give it a token: stratlab token create <name> --scopes lab:work, in STRATLAB_LAB_TOKEN or STRATLAB_LAB_TOKEN_FILE.',
      },
    );
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
