import { after, before, describe } from 'node:test';
import { RedisServer, withoutRedis } from './redis-server.ts';

/** Holds both engines of the queue to the same tests. `redisUrl` gives null for the embedded one; to be called in tests. */
export function onEachEngine(tests: (redisUrl: () => string | null) => void): void {
  describe('embedded', () => tests(() => null));
  describe('bullmq', { skip: withoutRedis }, () => {
    let redis: RedisServer | null = null;
    before(async () => {
      redis = await RedisServer.start();
    });
    after(() => redis?.remove());
    tests(() => redis?.url ?? null);
  });
}
