import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '@stratlab/data/random.ts';
import { alive, killServer, QueueHome, startServer, until } from './queue-home.ts';

const jobs = 60;

test('under random kills of jobs and servers nothing is lost and nothing is doubled', {
  timeout: 120_000,
}, async (context) => {
  const home = new QueueHome();
  const random = seededRandom(2026);
  const ids = Array.from({ length: jobs }, () =>
    home.add('wait', { ms: Math.floor(random() * 150), maxAttempts: 1000 }),
  );
  const servers = [startServer(home, 2), startServer(home, 1)];
  const kills = { jobs: 0, servers: 0 };

  while (home.store.counts().completed < jobs) {
    await sleep(60 + random() * 120);
    const victim = home.starts().at(-1)?.pid;
    if (random() < 0.15 && kills.servers < 12) {
      const k = random() < 0.5 ? 0 : 1;
      await killServer(servers[k]);
      servers[k] = startServer(home, 2 - k);
      kills.servers++;
    } else if (random() < 0.5 && kills.jobs < 60 && victim !== undefined && alive(victim)) {
      process.kill(victim, 'SIGKILL');
      kills.jobs++;
    }
  }

  await Promise.all(servers.map(killServer));
  await until('no job process is left', () => !home.starts().some(({ pid }) => alive(pid)));
  const { sqlite } = home.database;
  context.diagnostic(`${jobs} jobs, ${home.starts().length} starts, kills: ${JSON.stringify(kills)}`);
  assert.deepEqual(
    home
      .effects()
      .map(({ job }) => job)
      .sort(),
    ids.toSorted(),
  );
  for (const { job, attempt } of home.effects()) assert.deepEqual(home.record(job).result, { attempt });
  assert.equal(sqlite.pragma('integrity_check', { simple: true }), 'ok');
  assert.ok(kills.jobs > 0 && kills.servers > 0);
  home.close();
});
