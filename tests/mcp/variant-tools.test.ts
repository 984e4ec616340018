import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Client } from '@modelcontextprotocol/client';
import { crossDocument } from '../documents.ts';
import { emptyLab, storeMarket, storeStrategy } from '../lab-home.ts';
import { clientOf, failureIn } from './client.ts';

async function prepared(t: TestContext): Promise<Client> {
  const lab = emptyLab(t);
  storeMarket(lab, 'AAA', 'regime', { bars: 800 });
  storeStrategy(lab, 'cross', crossDocument('AAA'));
  return clientOf(t, lab, { toolsets: 'core' });
}

async function call(client: Client, name: string, given: Record<string, unknown>): Promise<Record<string, unknown>> {
  const result = await client.callTool({ name, arguments: given });
  assert.notEqual(result.isError, true, JSON.stringify(result.content));
  return { ...Object(result.structuredContent) };
}

async function tested(client: Client, given: Record<string, unknown>): Promise<Record<string, unknown>> {
  const { task_id } = await call(client, 'test_strategies', given);
  for (;;) {
    const task = await call(client, 'get_task_status', { task_id, wait_ms: 20_000 });
    if (task.status !== 'queued' && task.status !== 'running') return task;
  }
}

test('a strategy becomes children, the children a ranked table, the table its best backtest', {
  timeout: 60_000,
}, async (t) => {
  const client = await prepared(t);
  const operators = ['perturb_numbers'];
  const made = await call(client, 'mutate_strategy', { name: 'cross', operators, seed: 7, count: 6 });
  assert.match(String(made.summary), /^6 of 6 children of cross v1 were stored\.$/);
  const [next] = Array.isArray(made.next) ? made.next : [];
  assert.equal(next.tool, 'test_strategies');
  const task = await tested(client, { ...next.arguments, limit: 4 });
  const { kind, rows, total_rows, columns, warnings, summary } = Object(task.result);
  assert.deepEqual([kind, rows.length, total_rows], ['test', 4, 6]);
  assert.match(summary, /in 6 backtests: cross_m\d on AAA has a Sharpe ratio of/);
  assert.match(warnings[0], /judged against all trials so far \(6 of AAA\)/);
  const [best, rest] = Array.isArray(task.next) ? task.next : [];
  assert.deepEqual(best, { tool: 'get_backtest', arguments: { backtest_id: rows[0][columns.indexOf('backtest_id')] } });
  await call(client, best.tool, best.arguments);
  const whole = await call(client, rest.tool, rest.arguments);
  assert.deepEqual([Object(whole.rows).length, whole.status], [6, 'completed']);
  assert.deepEqual(Object(whole.rows).slice(0, 4), rows);
});

test('the table of a test is paged by limit and cursor', { timeout: 60_000 }, async (t) => {
  const client = await prepared(t);
  const mutations = [5, 15, 20].map((fast) => ({ path: 'rules.enter_long', value: `sma(${fast}) > sma(30)` }));
  const { task_id } = await tested(client, { parent: 'cross', mutations });
  const first = await call(client, 'test_strategies', { task_id, limit: 2 });
  const [next] = Array.isArray(first.next) ? first.next : [];
  const second = await call(client, next.tool, next.arguments);
  assert.deepEqual([Object(first.rows).length, Object(second.rows).length, second.next], [2, 1, []]);
  const refused = async (given: Record<string, unknown>) =>
    failureIn(await client.callTool({ name: 'test_strategies', arguments: given }));
  assert.equal((await refused({ task_id, names: ['cross'] })).path, 'names');
  assert.equal((await refused({ task_id, rank_by: 'sharpe' })).path, 'rank_by');
  assert.equal((await refused({ task_id: 'task_none' })).code, 'not_found');
  assert.equal((await refused({ names: ['cross'], cursor: 'x' })).path, 'cursor');
});

test('what is wrong is said in the words of a failure', async (t) => {
  const client = await prepared(t);
  const mutations = [{ path: 'rules.enter_lng', value: 'close > 1' }];
  const failure = failureIn(
    await client.callTool({ name: 'mutate_strategy', arguments: { name: 'cross', mutations } }),
  );
  assert.deepEqual([failure.code, failure.path], ['invalid_input', 'mutations.0.path']);
  assert.match(failure.hint, /rules\.enter_long/);
});
