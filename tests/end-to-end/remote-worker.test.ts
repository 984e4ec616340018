import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { readConfiguration } from '@stratlab/lab/configuration.ts';
import { openLab } from '@stratlab/lab/lab.ts';
import { networkDocument } from '../documents.ts';
import { RedisServer, withoutRedis } from '../faults/redis-server.ts';
import { storeMarket } from '../lab-home.ts';
import { cli } from './client.ts';
import { homeFor, serveProcess, stratlab } from './http-process.ts';

type Fields = Record<string, unknown>;

/** A lab that runs no job itself, and a client of it. */
async function labWithoutWorkers(t: TestContext, redisUrl: string | null) {
  const home = homeFor(t);
  const lab = openLab(readConfiguration({ STRATLAB_HOME: home, STRATLAB_LOG_LEVEL: 'silent' }), { work: false });
  storeMarket(lab, 'AAA', 'fuzzy_rsi', { bars: 3000 }, { kind: 'none' });
  await lab.close();
  const tokenOf = async (name: string, scopes: string) => {
    const { out, code } = await stratlab(home, ['token', 'create', name, '--scopes', scopes]);
    assert.equal(code, 0, out);
    return /\bstratlab_\S+|\S{40,}/.exec(out)?.[0] ?? '';
  };
  const [agent, worker] = [await tokenOf('agent', 'lab:read,lab:run,lab:train'), await tokenOf('worker', 'lab:work')];
  const redis: Record<string, string> = redisUrl === null ? {} : { STRATLAB_REDIS_URL: redisUrl };
  const server = await serveProcess(t, home, [], { STRATLAB_WORKERS: '0', STRATLAB_LEASE_MS: '1000', ...redis });
  const client = new Client({ name: 'test', version: '1' });
  t.after(() => client.close());
  const requestInit = { headers: { Authorization: `Bearer ${agent}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL(server.url), { requestInit }));
  const call = async (name: string, given: Fields): Promise<Fields> => {
    const result = await client.callTool({ name, arguments: given });
    assert.ok(!result.isError, JSON.stringify(result.content));
    return { ...Object(result.structuredContent) };
  };
  const environment = { STRATLAB_LAB_URL: new URL(server.url).origin, STRATLAB_LAB_TOKEN: worker, ...redis };
  return { home, call, environment };
}

/** `stratlab worker` in a process of its own; what it logs is there to be awaited. */
function startWorker(t: TestContext, home: string, environment: Record<string, string>): ChildProcess {
  const child = spawn(process.execPath, [cli, 'worker', '--concurrency', '1'], {
    env: { PATH: process.env.PATH, STRATLAB_HOME: home, ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  t.after(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  return child;
}

async function until(look: () => Promise<Fields>, done: (task: Fields) => boolean): Promise<Fields> {
  for (let k = 0; k < 600; k++) {
    const task = await look();
    if (done(task)) return task;
    await sleep(50);
  }
  throw new Error(`did not get there: ${JSON.stringify(await look())}`);
}

async function trainedByTheSecond(t: TestContext, redisUrl: string | null): Promise<void> {
  const { home, call, environment } = await labWithoutWorkers(t, redisUrl);
  await call('create_strategy', { name: 'net', config: networkDocument(['AAA']) });
  const { task_id } = await call('train_model', { strategy_name: 'net', epochs: 1500 });
  const status = () => call('get_task_status', { task_id });
  assert.equal((await status()).status, 'queued');
  const first = startWorker(t, home, environment);
  await until(status, (task) => Number(task.progress) > 5);
  first.kill('SIGKILL');
  startWorker(t, home, environment);
  const ended = await until(status, (task) => !['queued', 'running'].includes(String(task.status)));
  assert.deepEqual([ended.status, ended.attempt], ['completed', 2]);
  const models = await call('list_models', {});
  assert.equal((models.rows as unknown[]).length, 1);
}

test('a worker that reaches the lab only over HTTP trains; killed, the next one takes over, once', (t) =>
  trainedByTheSecond(t, null));

test('the same with Redis between them', { skip: withoutRedis }, async (t) => {
  const redis = await RedisServer.start();
  t.after(() => redis.remove());
  await trainedByTheSecond(t, redis.url);
});

test('a worker stopped in good order finishes what runs and says good-bye', async (t) => {
  const { home, call, environment } = await labWithoutWorkers(t, null);
  const worker = startWorker(t, home, environment);
  await call('create_strategy', { name: 'net', config: networkDocument(['AAA']) });
  const { task_id } = await call('train_model', { strategy_name: 'net', epochs: 300 });
  await until(
    () => call('get_task_status', { task_id }),
    ({ status }) => status === 'running',
  );
  worker.kill('SIGTERM');
  const [code] = await once(worker, 'exit');
  assert.equal(code, 0);
  assert.equal((await call('get_task_status', { task_id })).status, 'completed');
});

test('a worker whose token does not allow working is told so and ends', async (t) => {
  const { home, environment } = await labWithoutWorkers(t, null);
  const worker = startWorker(t, home, { ...environment, STRATLAB_LAB_TOKEN: 'wrong' });
  const lines: string[] = [];
  if (worker.stderr !== null) createInterface(worker.stderr).on('line', (line) => lines.push(line));
  const [code] = await once(worker, 'exit');
  assert.equal(code, 1);
  assert.match(lines.join('\n'), /refuses this worker: 401/);
});
