import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { Dispatch } from '@stratlab/jobs/sources/dispatch.ts';
import { loadPackages } from '@stratlab/jobs/sources/redis.ts';
import { QueueHome } from '../faults/queue-home.ts';
import { RedisServer, withoutRedis } from '../faults/redis-server.ts';

type Queue = ReturnType<ConstructorParameters<typeof Dispatch>[1]>;

describe('tokens in Redis', { skip: withoutRedis }, () => {
  let redis: RedisServer;
  let home: QueueHome;
  let queues: Map<string, Queue>;

  beforeEach(async () => {
    redis = await RedisServer.start();
    home = new QueueHome(redis.url);
    queues = new Map();
  });

  afterEach(async () => {
    await Promise.all([...queues.values()].map((queue) => queue.close()));
    home.close();
    await redis.remove();
  });

  function queueOf(capability: string): Queue {
    const { bullmq } = loadPackages();
    const queue = queues.get(capability) ?? new bullmq.Queue(capability, { connection: { url: redis.url } });
    queues.set(capability, queue);
    return queue;
  }

  const tokens = async (capability: string) => await queueOf(capability).getWaitingCount();

  test('a job has its token however many of another capability wait before it', async () => {
    for (let k = 0; k < 100; k++) home.add('wait');
    home.add('wait', { capability: 'gpu' });
    const dispatch = new Dispatch(home.store.ready, queueOf);
    await dispatch.send();
    assert.deepEqual([await tokens('cpu'), await tokens('gpu')], [64, 1]);
  });

  test('those behind get theirs when the first are taken, each one', async () => {
    for (let k = 0; k < 70; k++) home.add('wait');
    const dispatch = new Dispatch(home.store.ready, queueOf);
    await dispatch.send();
    home.store.claim('me', 'cpu', 4);
    await dispatch.send();
    assert.equal(await tokens('cpu'), 68);
  });
});
