import { createRequire } from 'node:module';
import type * as BullMq from 'bullmq';
import type * as Ioredis from 'ioredis';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { Log } from '../job-process.ts';
import { JobsUnavailable } from '../jobs-unavailable.ts';

const longestRetryMs = 2000;
/** A connection on which an answer is due for so long is dead and made anew; BullMQ lets Redis wait 10 s with one. */
const longestSilenceMs = 15_000;
/** Name and value; nothing where a hosted Redis does not tell. */
const settingSchema = z.array(z.string());

export interface Packages {
  bullmq: typeof BullMq;
  ioredis: typeof Ioredis;
}

/** The optional packages, found where `NODE_PATH` points too. Throws JobsUnavailable. */
export function loadPackages(): Packages {
  const require = createRequire(import.meta.url);
  try {
    return { bullmq: require('bullmq'), ioredis: require('ioredis') };
  } catch (cause) {
    throw new JobsUnavailable('A queue over Redis needs the packages bullmq and ioredis.', {
      hint: 'npm install bullmq@6 ioredis@6, or unset STRATLAB_REDIS_URL to use the embedded queue.',
      cause,
    });
  }
}

/** One connection to Redis that comes back by itself. */
export interface Connection {
  client: Redis;
  /** Why Redis cannot be used now, or null. */
  problem(): string | null;
  close(): void;
}

/** Connects; `onReady` is called at each connection whose settings will do. */
export function connect({ ioredis }: Packages, url: string, onReady: () => void, log: Log): Connection {
  const place = new URL(url).host;
  let problem: string | null = `Redis at ${place} has not answered yet`;
  const client = new ioredis.Redis(url, {
    maxRetriesPerRequest: null,
    socketTimeout: longestSilenceMs,
    retryStrategy: (times) => Math.min(longestRetryMs, 50 * times),
  });
  client.on('error', (error) => {
    if (problem === null) log('warn', `Redis at ${place}: ${error.message}`, {});
    problem = `Redis at ${place} cannot be reached: ${error.message}`;
  });
  client.on('close', () => {
    problem ??= `Redis at ${place} has closed the connection`;
  });
  client.on('ready', async () => {
    problem = await unfit(client, log);
    if (problem === null) onReady();
    else log('error', `The queue does not use Redis at ${place}: ${problem}.`, {});
  });
  return { client, problem: () => problem, close: () => client.disconnect() };
}

/** What is wrong with the settings of Redis. Losing its data loses no job, only time; losing parts of it blocks BullMQ. */
async function unfit(client: Redis, log: Log): Promise<string | null> {
  const read = async (name: string) => settingSchema.parse(await client.config('GET', name).catch(() => []));
  const [, policy] = await read('maxmemory-policy');
  if (policy !== undefined && policy !== 'noeviction')
    return `its maxmemory-policy is ${policy}, which drops parts of queues; set noeviction`;
  const [, appendOnly] = await read('appendonly');
  if (appendOnly === 'no')
    log('warn', 'Redis keeps nothing over a restart (appendonly no): queued jobs start late then.', {});
  return null;
}
