import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Queue } from '@stratlab/jobs/queue.ts';
import { leaseMs, QueueHome, startTestQueue, until } from '../faults/queue-home.ts';
import { RedisServer, withoutRedis } from '../faults/redis-server.ts';

describe('Redis', { skip: withoutRedis }, () => {
  let redis: RedisServer;
  let home: QueueHome;
  let queue: Queue;
  let logged: string[];

  async function start(settings: string[] = []): Promise<void> {
    redis = await RedisServer.start(settings);
    home = new QueueHome(redis.url);
  }

  function work(): void {
    queue = startTestQueue(home, 2, (_, message) => logged.push(message));
  }

  beforeEach(() => {
    logged = [];
  });

  afterEach(async () => {
    await queue.stop({ drain: false });
    home.close();
    await redis.remove();
  });

  test('a Redis that drops keys is refused, with the reason', async () => {
    await start(['--maxmemory-policy', 'allkeys-lru']);
    work();
    const id = home.add('wait');
    await until('the settings are read', () => queue.problem()?.includes('allkeys-lru') === true);
    await sleep(500);
    assert.equal(home.record(id).status, 'queued');
    assert.ok(logged.some((line) => line.includes('set noeviction')));
  });

  test('one that keeps nothing over a restart is warned of', async () => {
    await start(['--appendonly', 'no']);
    work();
    const id = home.add('wait');
    await home.ended(id);
    assert.ok(logged.some((line) => line.includes('appendonly no')));
  });

  test('jobs wait while Redis is away, and run when it comes', async () => {
    await start();
    await redis.down();
    work();
    const id = home.add('wait');
    await until('its absence is seen', () => queue.problem()?.includes('cannot be reached') === true);
    assert.equal(home.record(id).status, 'queued');
    await redis.up();
    await home.ended(id);
    assert.equal(queue.problem(), null);
  });

  test('without Redis workers ask by themselves, now and then', async () => {
    await start();
    await redis.down();
    work();
    const id = home.add('wait');
    await home.ended(id);
    assert.match(queue.problem() ?? '', /cannot be reached/);
  });

  test('jobs that Redis has forgotten are added again', async () => {
    await start();
    work();
    const slow = [home.add('wait', { ms: 1500 }), home.add('wait', { ms: 1500 })];
    await Promise.all(slow.map((id) => home.started(id)));
    const waiting = Array.from({ length: 5 }, () => home.add('wait'));
    await sleep(400);
    redis.wipe();
    await Promise.all([...slow, ...waiting].map((id) => home.ended(id)));
    assert.equal(home.effects().length, 7);
  });

  test('Redis away for longer than the lease in mid-job: the job goes on, and counts once', async () => {
    await start();
    work();
    const id = home.add('wait', { ms: 4 * leaseMs });
    await home.started(id);
    await redis.down();
    await sleep(2 * leaseMs);
    await redis.up();
    await home.ended(id);
    assert.deepEqual([home.effects(), home.starts().length], [[{ job: id, attempt: 1 }], 1]);
  });
});
