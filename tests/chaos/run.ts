import { RedisServer, withoutRedis } from '../faults/redis-server.ts';
import { withoutFaketime } from './clock.ts';
import { type Plan, storm } from './storm.ts';

/** `npm run chaos [-- --short]`: the same blows for both engines; exit code 1 where anything is lost, doubled or late. */
const full: Plan = {
  workerKills: 1000,
  serverKills: 300,
  bothKills: 100,
  redisOutages: 100,
  longOutageMs: 35_000,
  clockJumps: 40,
  cancels: 1000,
};
const short: Plan = {
  workerKills: 40,
  serverKills: 12,
  bothKills: 4,
  redisOutages: 6,
  longOutageMs: 4000,
  clockJumps: 4,
  cancels: 12,
};
const plan = process.argv.includes('--short') ? short : full;
const seed = 2026;

if (withoutFaketime !== false) plan.clockJumps = 0;
if (withoutFaketime !== false) process.stdout.write(`Clocks do not jump: ${withoutFaketime}\n`);
for (const engine of ['embedded', 'bullmq'] as const) {
  if (engine === 'bullmq' && withoutRedis !== false) {
    process.stdout.write(`bullmq: skipped, ${withoutRedis}\n`);
    continue;
  }
  const redis = engine === 'bullmq' ? await RedisServer.start() : null;
  const startedAt = performance.now();
  const { faults, ...suffered } = await storm(redis === null ? { ...plan, redisOutages: 0 } : plan, redis, seed);
  await redis?.remove();
  process.stdout.write(
    `${engine}: ${JSON.stringify(suffered)} in ${Math.round((performance.now() - startedAt) / 1000)} s\n`,
  );
  for (const fault of faults) process.stdout.write(`  FAULT ${fault}\n`);
  if (faults.length > 0) process.exitCode = 1;
}
