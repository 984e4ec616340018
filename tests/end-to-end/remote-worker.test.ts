import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { networkDocument } from '../documents.ts';
import { RedisServer, withoutRedis } from '../faults/redis-server.ts';
import { labWithoutWorkers, startWorker, until } from './remote-lab.ts';

async function trainedByTheSecond(t: TestContext, settings: Record<string, string>): Promise<void> {
  const { home, call, environment } = await labWithoutWorkers(t, settings);
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
  trainedByTheSecond(t, {}));

test('the same with Redis between them', { skip: withoutRedis }, async (t) => {
  const redis = await RedisServer.start();
  t.after(() => redis.remove());
  await trainedByTheSecond(t, { STRATLAB_REDIS_URL: redis.url });
});

test('a worker stopped in good order finishes what runs and says good-bye', async (t) => {
  const { home, call, environment } = await labWithoutWorkers(t);
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
  const { home, environment } = await labWithoutWorkers(t);
  const worker = startWorker(t, home, { ...environment, STRATLAB_LAB_TOKEN: 'wrong' });
  const lines: string[] = [];
  if (worker.stderr !== null) createInterface(worker.stderr).on('line', (line) => lines.push(line));
  const [code] = await once(worker, 'exit');
  assert.equal(code, 1);
  assert.match(lines.join('\n'), /refuses this worker: 401/);
});
