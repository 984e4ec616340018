import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { readConfiguration } from '@stratlab/lab/configuration.ts';
import { openLab } from '@stratlab/lab/lab.ts';
import { networkDocument } from '../documents.ts';
import { cli } from '../end-to-end/client.ts';
import { homeFor, serveProcess } from '../end-to-end/http-process.ts';
import { RedisServer, withoutRedis } from '../faults/redis-server.ts';
import { storeMarket } from '../lab-home.ts';

/** A way to a port whose open connections can die without a word, while new ones are made. */
async function wayTo(t: TestContext, port: number) {
  const open = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    near.pipe(far).pipe(near);
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => open.delete(socket));
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  return {
    url: `http://127.0.0.1:${address.port}`,
    deaden() {
      for (const socket of open) socket.unpipe().pause();
    },
  };
}

type Fields = Record<string, unknown>;

/** A lab that runs no job itself, and a client of it that trains one strategy. */
async function labFor(t: TestContext, environment: Record<string, string> = {}) {
  const home = homeFor(t);
  const lab = openLab(readConfiguration({ STRATLAB_HOME: home, STRATLAB_LOG_LEVEL: 'silent' }), { work: false });
  storeMarket(lab, 'AAA', 'fuzzy_rsi', { bars: 3000 }, { kind: 'none' });
  await lab.close();
  const server = await serveProcess(t, home, [], { STRATLAB_WORKERS: '0', ...environment });
  const client = new Client({ name: 'test', version: '1' });
  t.after(() => client.close());
  await client.connect(new StreamableHTTPClientTransport(new URL(server.url)));
  const call = async (name: string, given: Fields): Promise<Fields> => {
    const result = await client.callTool({ name, arguments: given });
    assert.ok(!result.isError, JSON.stringify(result.content));
    return { ...Object(result.structuredContent) };
  };
  await call('create_strategy', { name: 'net', config: networkDocument(['AAA']) });
  return {
    home,
    url: new URL(server.url).origin,
    async train(epochs: number) {
      const { task_id } = await call('train_model', { strategy_name: 'net', epochs });
      return () => call('get_task_status', { task_id });
    },
  };
}

function startWorker(t: TestContext, home: string, environment: Record<string, string>): void {
  const worker = spawn(process.execPath, [cli, 'worker', '--concurrency', '1'], {
    env: { PATH: process.env.PATH, STRATLAB_HOME: home, STRATLAB_LOG_LEVEL: 'silent', ...environment },
    stdio: 'ignore',
  });
  t.after(async () => {
    worker.kill('SIGKILL');
    if (worker.exitCode === null && worker.signalCode === null) await once(worker, 'exit');
  });
}

async function ended(status: () => Promise<Fields>): Promise<Fields> {
  for (;;) {
    const task = await status();
    if (task.status !== 'queued' && task.status !== 'running') return task;
    await sleep(100);
  }
}

test('connections to the lab that die without a word cost a running job no attempt', async (t) => {
  const { home, url, train } = await labFor(t, { STRATLAB_LEASE_MS: '5000' });
  const way = await wayTo(t, Number(new URL(url).port));
  startWorker(t, home, { STRATLAB_LAB_URL: way.url });
  const status = await train(45_000);
  while (Number((await status()).progress) < 10) await sleep(50);
  way.deaden();
  const task = await ended(status);
  assert.deepEqual([task.status, task.attempt], ['completed', 1]);
});

test('connections to Redis that die without a word are made anew', {
  skip: withoutRedis,
  timeout: 120_000,
}, async (t) => {
  const redis = await RedisServer.start();
  t.after(() => redis.remove());
  const { home, url, train } = await labFor(t, { STRATLAB_REDIS_URL: redis.url });
  const way = await wayTo(t, Number(new URL(redis.url).port));
  startWorker(t, home, { STRATLAB_LAB_URL: url, STRATLAB_REDIS_URL: way.url.replace('http', 'redis') });
  assert.equal((await ended(await train(10))).status, 'completed');
  way.deaden();
  assert.equal((await ended(await train(20))).status, 'completed');
});
