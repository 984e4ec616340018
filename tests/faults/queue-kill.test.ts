import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { afterEach, beforeEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { onEachEngine } from './queue-engines.ts';
import { alive, killServer, leaseMs, QueueHome, startServer, until } from './queue-home.ts';

onEachEngine((redisUrl) => {
  let home: QueueHome;
  let servers: ChildProcess[];

  beforeEach(() => {
    home = new QueueHome(redisUrl());
    servers = [];
  });

  afterEach(async () => {
    await Promise.all(servers.map(killServer));
    await until('no job process is left', () => !home.starts().some(({ pid }) => alive(pid)));
    home.close();
  });

  function server(): ChildProcess {
    const started = startServer(home, 1);
    servers.push(started);
    return started;
  }

  test('a job whose process is killed runs again and completes once', async () => {
    const id = home.add('wait', { ms: 1500 });
    server();
    await home.started(id);
    process.kill(home.pids(id)[0], 'SIGKILL');
    await home.ended(id);
    assert.deepEqual([home.record(id).status, home.record(id).attempt], ['completed', 2]);
    assert.deepEqual(home.effects(), [{ job: id, attempt: 2 }]);
  });

  test('a job whose server is killed is resumed by the next server, and nothing is left of the first', async () => {
    const id = home.add('wait', { ms: 1500 });
    const first = server();
    await home.started(id);
    await killServer(first);
    await until('the orphan is gone', () => !alive(home.pids(id)[0]));
    server();
    await home.ended(id);
    assert.deepEqual([home.record(id).status, home.record(id).attempt], ['completed', 2]);
    assert.deepEqual(home.effects(), [{ job: id, attempt: 2 }]);
  });

  test('a job that never yields does not outlive its server', async () => {
    const id = home.add('busy');
    const first = server();
    await home.started(id);
    await killServer(first);
    await until('the orphan is gone', () => !alive(home.pids(id)[0]));
  });

  test('a job that was asked to stop when its server died is cancelled, not resumed', async () => {
    const id = home.add('wait', { ms: 60_000 });
    const first = server();
    await home.started(id);
    await killServer(first);
    home.store.requestCancel(id);
    server();
    await home.ended(id);
    assert.deepEqual([home.record(id).status, home.starts().length], ['cancelled', 1]);
  });

  test('a job whose attempts died with their servers is interrupted', async () => {
    const id = home.add('wait', { ms: 60_000, maxAttempts: 1 });
    const first = server();
    await home.started(id);
    await killServer(first);
    server();
    await home.ended(id);
    assert.deepEqual([home.record(id).status, home.record(id).error?.code], ['interrupted', 'unavailable']);
  });

  /** Stops the process at a moment when it holds no lock of the database: one that does stops every other writer too. */
  async function freeze(process: ChildProcess): Promise<void> {
    for (;;) {
      process.kill('SIGSTOP');
      await sleep(50);
      if (home.isWritable()) return;
      process.kill('SIGCONT');
      await sleep(50);
    }
  }

  test('a server that was frozen beyond its lease finds its job done by another, and writes nothing', async () => {
    const id = home.add('wait', { ms: 4 * leaseMs });
    const frozen = server();
    await home.started(id);
    await freeze(frozen);
    const other = server();
    await home.started(id, 2);
    frozen.kill('SIGCONT');
    await home.ended(id);
    await killServer(other);
    const next = home.add('wait');
    await home.ended(next);
    assert.deepEqual(home.effects(), [
      { job: id, attempt: 2 },
      { job: next, attempt: 1 },
    ]);
  });
});
