import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { crossDocument, networkDocument } from '../documents.ts';
import { end, envelope, initialize, type Talk, talk } from './talk.ts';

const symbol = 'SYN-FUZZY_RSI-1';
const declared = { extensions: { 'io.modelcontextprotocol/tasks': {} } };

type Fields = Record<string, unknown>;

interface Caller extends Talk {
  /** The result of a request of a client with these capabilities; those of the extension where none are given. */
  result(method: string, params: object, capabilities?: object): Promise<Fields>;
  /** The code of the error that a request must end in. */
  code(method: string, params: object, capabilities?: object): Promise<number>;
  call(name: string, given: object, capabilities?: object): Promise<Fields>;
}

interface Server {
  flags?: readonly string[];
  environment?: Record<string, string>;
}

function caller(
  t: TestContext,
  home: string,
  { flags = ['--toolsets', 'all'], environment = {} }: Server = {},
): Caller {
  const connection = talk(t, home, flags, environment);
  let count = 0;
  const ask = (method: string, params: object, capabilities: object) =>
    connection.ask(`${count++}`, { method, params: { ...params, _meta: envelope(capabilities) } });
  const result = async (method: string, params: object, capabilities: object = declared): Promise<Fields> => {
    const answer = await ask(method, params, capabilities);
    assert.ok('result' in answer, JSON.stringify(answer));
    return Object(answer.result);
  };
  return {
    ...connection,
    result,
    call: (name, given, capabilities) => result('tools/call', { name, arguments: given }, capabilities),
    async code(method, params, capabilities = declared) {
      return Object((await ask(method, params, capabilities)).error).code;
    },
  };
}

function homeFor(t: TestContext): string {
  const home = mkdtempSync(join(tmpdir(), 'stratlab-'));
  t.after(() => rmSync(home, { recursive: true, force: true, maxRetries: 5 }));
  return home;
}

/** A client in a lab with a market and a strategy of each kind. */
async function prepared(t: TestContext, home: string, server?: Server): Promise<Caller> {
  const client = caller(t, home, server);
  await client.call('load_market_data', { symbol, timeframe: '1d', mode: 'full', provider: 'synthetic' });
  for (const [name, config] of Object.entries({ net: networkDocument([symbol]), cross: crossDocument(symbol) }))
    assert.equal((await client.call('create_strategy', { name, config })).isError, undefined);
  return client;
}

async function ended({ result }: Caller, taskId: unknown): Promise<Fields> {
  for (;;) {
    const task = await result('tasks/get', { taskId });
    if (task.status !== 'working') return task;
    await sleep(50);
  }
}

test('a training is a task for a client that declares the extension, and outlives its server', async (t) => {
  const home = homeFor(t);
  const first = await prepared(t, home);
  const started = await first.call('train_model', { strategy_name: 'net' });
  assert.equal(started.resultType, 'task');
  assert.match(String(started.taskId), /^task_/);
  assert.deepEqual([started.status, started.ttlMs, 'structuredContent' in started], ['working', null, false]);
  const task = await ended(first, started.taskId);
  assert.deepEqual([task.resultType, task.taskId, task.status], ['complete', started.taskId, 'completed']);
  const { structuredContent, content } = Object(task.result);
  assert.equal(structuredContent.result.kind, 'model');
  assert.ok(structuredContent.result.metrics.test.rows > 0);
  assert.deepEqual(structuredContent.next[0].arguments.model_id, structuredContent.result.id);
  assert.ok(content[0].text.startsWith(structuredContent.summary));
  await end(first.server);

  const second = caller(t, home);
  assert.deepEqual(await second.result('tasks/get', { taskId: started.taskId }), task);
  const { tasks } = Object((await second.call('get_task_status', {})).structuredContent);
  assert.deepEqual(tasks, [], 'what tasks/get has told is read');
});

test('no client gets a task, or may ask for one, that did not declare the extension with the request', async (t) => {
  const client = await prepared(t, homeFor(t));
  const answer = await client.call('train_model', { strategy_name: 'net' }, {});
  assert.equal(answer.resultType, 'complete');
  const { task_id: taskId } = Object(answer.structuredContent);
  for (const method of ['tasks/get', 'tasks/cancel', 'tasks/update'])
    assert.equal(await client.code(method, { taskId, inputResponses: {} }, {}), -32021);
  assert.equal((await ended(client, taskId)).status, 'completed');
  const old = talk(t, homeFor(t));
  const { capabilities } = Object((await old.ask('hello', initialize)).result);
  assert.ok(capabilities.tools);
  const refused = await old.ask('get', { method: 'tasks/get', params: { taskId } });
  assert.equal(Object(refused.error).code, -32021);
});

test('whoever waits for a task and asked for progress is told of it, forwards only', async (t) => {
  const client = await prepared(t, homeFor(t));
  const { taskId } = await client.call('train_model', { strategy_name: 'net', epochs: 10_000 });
  const params = { name: 'get_task_status', arguments: { task_id: taskId, wait_ms: 20_000 } };
  await client.ask('silent', { method: 'tools/call', params: { ...params, arguments: {}, _meta: envelope() } });
  assert.ok(client.frames.every(({ method }) => method === undefined));
  const _meta = { ...envelope(), progressToken: 'token' };
  const answer = await client.ask('waiting', { method: 'tools/call', params: { ...params, _meta } });
  assert.equal(Object(answer.result).structuredContent.status, 'completed');
  const told = client.frames
    .filter(({ method }) => method === 'notifications/progress')
    .map((frame) => Object(frame.params));
  const percents = told.map(({ progress }) => progress);
  assert.ok(told.length > 1 && told.every(({ progressToken, total }) => progressToken === 'token' && total === 100));
  assert.deepEqual(
    percents,
    [...new Set(percents)].sort((a, b) => a - b),
  );
});

test('a test of many strategies ends with its table', async (t) => {
  const client = await prepared(t, homeFor(t));
  const { taskId } = await client.call('test_strategies', { names: ['cross', 'net'], limit: 50 });
  const { result } = await ended(client, taskId);
  const { columns, rows, task_id } = Object(result).structuredContent;
  assert.equal(task_id, taskId);
  assert.equal(rows.length, 2);
  assert.ok(columns.includes('adjusted_p'));
});

test('a finished backtest has the answer that its call had, which told how far it was', async (t) => {
  const client = await prepared(t, homeFor(t), { environment: { STRATLAB_INLINE_BARS: '0' } });
  const _meta = { ...envelope(declared), progressToken: 'token' };
  const params = { name: 'run_backtest', arguments: { strategy_name: 'cross' }, _meta };
  const answer = Object((await client.ask('backtest', { method: 'tools/call', params })).result);
  assert.ok(client.frames.some(({ method }) => method === 'notifications/progress'));
  const listed = await client.call('list_tasks', { kind: 'backtest' });
  const [{ task_id: taskId }] = Object(listed.structuredContent).tasks;
  const { result } = await client.result('tasks/get', { taskId });
  assert.deepEqual(Object(result).structuredContent, answer.structuredContent);
});

test('a cancelled task is told as cancelled, and cancelling again changes nothing', async (t) => {
  const client = await prepared(t, homeFor(t));
  const { taskId } = await client.call('train_model', { strategy_name: 'net', epochs: 100_000 });
  const { _meta: meta, ...acknowledged } = await client.result('tasks/cancel', { taskId });
  assert.deepEqual(acknowledged, { resultType: 'complete' });
  const task = await ended(client, taskId);
  assert.deepEqual([task.status, 'result' in task], ['cancelled', false]);
  await client.result('tasks/cancel', { taskId });
  assert.deepEqual(await client.result('tasks/get', { taskId }), task);
});

test('a task that fails has completed with the failure as its result', async (t) => {
  const client = await prepared(t, homeFor(t));
  const few = { strategy_name: 'net', start_date: '2000-01-03', end_date: '2000-01-20' };
  const { taskId } = await client.call('train_model', few);
  const { status, result } = await ended(client, taskId);
  assert.deepEqual([status, Object(result).isError], ['completed', true]);
  const { code, message, hint } = JSON.parse(Object(result).content[0].text);
  assert.ok(code === 'insufficient_data' && message !== '' && hint !== '');
});

test('unknown tasks, missing ids and methods that the extension has not are refused', async (t) => {
  const client = caller(t, homeFor(t));
  for (const method of ['tasks/get', 'tasks/cancel', 'tasks/update'])
    assert.equal(await client.code(method, { taskId: 'task_none', inputResponses: {} }), -32602);
  assert.equal(await client.code('tasks/get', {}), -32602);
  assert.equal(await client.code('tasks/list', {}), -32601);
  assert.equal(await client.code('tasks/result', { taskId: 'task_none' }), -32601);
});

test('a lab that only looks has no tasks to offer', async (t) => {
  const client = caller(t, homeFor(t), { flags: ['--read-only'] });
  const { capabilities } = await client.result('server/discover', {});
  assert.equal(Object(capabilities).extensions, undefined);
  assert.equal(await client.code('tasks/cancel', { taskId: 'task_none' }), -32601);
});
