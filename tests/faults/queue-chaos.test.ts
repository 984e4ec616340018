import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutFaketime } from '../chaos/clock.ts';
import { storm } from '../chaos/storm.ts';
import { RedisServer, withoutRedis } from './redis-server.ts';

const plan = {
  workerKills: 25,
  serverKills: 8,
  bothKills: 3,
  redisOutages: 4,
  longOutageMs: 2500,
  clockJumps: withoutFaketime === false ? 4 : 0,
  cancels: 6,
};

for (const engine of ['embedded', 'bullmq']) {
  const skip = engine === 'bullmq' && withoutRedis;
  test(`${engine}: in a storm of kills, outages, clock jumps and cancels nothing is lost, doubled or out of order`, {
    skip,
  }, async (t) => {
    const redis = engine === 'bullmq' ? await RedisServer.start() : null;
    const redisOutages = redis === null ? 0 : plan.redisOutages;
    const { faults, ...suffered } = await storm({ ...plan, redisOutages }, redis, 7);
    await redis?.remove();
    t.diagnostic(JSON.stringify(suffered));
    assert.deepEqual(faults, []);
    assert.ok(suffered.midJob >= 0.4 * suffered.workerKills);
  });
}
