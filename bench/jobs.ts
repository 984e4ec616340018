import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Queue, startQueue } from '@stratlab/jobs/queue.ts';
import { bullSource } from '@stratlab/jobs/sources/bullmq.ts';
import { openDatabase } from '@stratlab/knowledge/database.ts';
import { jobStore } from '@stratlab/knowledge/jobs.ts';
import { RedisServer, withoutRedis } from '@stratlab/tests/faults/redis-server.ts';
import type { Bench, Measurement } from './bench.ts';

const rounds = 3;
const jobsAtOnce = 8;
const jobsInARow = 6000;
const singleJobs = 200;

/** Enqueue to start of one job, and jobs a second, with every commit flushed to the disk. */
export const jobs: Bench = {
  name: 'jobs',
  describes: 'the queue: time from adding a job to its start, jobs a second, embedded and over Redis',
  async run() {
    const latencies: Record<string, number[]> = { embedded: [], bullmq: [] };
    const rates: Record<string, number[]> = { embedded: [], bullmq: [] };
    const redis = withoutRedis === false ? await RedisServer.start() : null;
    const engines = redis === null ? ['embedded'] : ['embedded', 'bullmq'];
    for (let round = 0; round < rounds; round++) {
      for (const engine of engines) {
        const measured = await measure(engine === 'bullmq' ? redis : null);
        latencies[engine].push(...measured.latencies);
        rates[engine].push(measured.rate);
      }
    }
    await redis?.remove();
    return {
      measurements: engines.flatMap((engine): Measurement[] => [
        { name: `${engine}_enqueue_to_start`, unit: 'ms', values: latencies[engine] },
        { name: `${engine}_throughput`, unit: 'jobs/s', values: rates[engine] },
      ]),
      ...(withoutRedis !== false && { skipped: { bullmq: withoutRedis } }),
    };
  },
};

async function measure(redis: RedisServer | null): Promise<{ latencies: number[]; rate: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'stratlab-bench-'));
  const database = openDatabase(join(folder, 'lab.db'));
  const store = jobStore(database);
  const queue = startQueue({
    store,
    entry: new URL('./jobs-entry.ts', import.meta.url),
    slots: { cpu: jobsAtOnce },
    leaseMs: 10_000,
    commit: (_, startedAt) => startedAt,
    ...(redis !== null && { source: bullSource(redis.url) }),
  });
  try {
    await inARow(queue, store, jobsAtOnce * 20);
    const latencies = await oneByOne(queue, store);
    return { latencies, rate: await inARow(queue, store, jobsInARow) };
  } finally {
    await queue.stop({ drain: false });
    database.close();
    rmSync(folder, { recursive: true });
  }
}

type Store = ReturnType<typeof jobStore>;

async function oneByOne(queue: Queue, store: Store): Promise<number[]> {
  const latencies: number[] = [];
  for (let k = 0; k < singleJobs; k++) {
    const addedAt = performance.timeOrigin + performance.now();
    const { id } = queue.add({ id: crypto.randomUUID(), kind: 'moment', payload: null, key: null, maxAttempts: 1 });
    while (store.get(id)?.finishedAt === null) await queue.changed(id, 1000);
    latencies.push(Number(store.get(id)?.result) - addedAt);
    await sleep(2);
  }
  return latencies;
}

/** Jobs a second, from the first commit that adds them to the last that ends one. */
async function inARow(queue: Queue, store: Store, number: number): Promise<number> {
  const before = store.counts().completed;
  const startedAt = performance.now();
  store.together(() => {
    for (let k = 0; k < number; k++)
      store.add({ id: crypto.randomUUID(), kind: 'moment', payload: null, key: null, maxAttempts: 1 });
  });
  queue.wake();
  while (store.counts().completed < before + number) await sleep(5);
  return (1000 * number) / (performance.now() - startedAt);
}
