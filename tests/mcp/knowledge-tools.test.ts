import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tools } from '@stratlab/mcp/tools/index.ts';
import { checkExample } from '../laws/tool-example.ts';
import { addJob, completeNext, recordBacktest } from '../recorded.ts';
import { clientOf, failureIn } from './client.ts';
import { labFor } from './lab.ts';

const bytes = (value: unknown) => Buffer.byteLength(JSON.stringify(value));

test('every example of these tools runs, with an id where one is needed', async (t) => {
  const lab = labFor(t);
  const run = (name: string, given?: Record<string, unknown>) => {
    const tool = tools.find((candidate) => candidate.name === name);
    assert.ok(tool, name);
    return checkExample(lab, tool, tools, given);
  };
  const { experiment_id } = await run('start_experiment');
  const backtest_id = recordBacktest(lab, { experimentId: String(experiment_id), symbol: 'SPX' });
  const task_id = addJob(lab, 'train', String(experiment_id));
  await run('save_insight');
  await run('save_insight', { category: 'success', content: 'It works.', evidence_ids: [backtest_id], experiment_id });
  for (const name of ['search_insights', 'get_failed_strategies', 'get_research_brief', 'get_lab_status'])
    await run(name);
  for (const name of ['list_experiments', 'list_tasks']) await run(name);
  await run('get_experiment', { experiment_id });
  await run('get_task_status', { task_id });
  await run('get_task_status', {});
  await run('cancel_task', { task_id });
  await run('end_experiment', { experiment_id, conclusion: 'Nothing.', outcome: 'refuted' });
  assert.match(String((await run('list_experiments', { status: 'ended' })).summary), /^1 experiments/);
});

test('one task stands at the top of the answer as well as in its list', async (t) => {
  const lab = labFor(t);
  const client = await clientOf(t, lab, { tools, toolsets: 'all' });
  const task_id = addJob(lab);
  const result = { kind: 'model', id: 'model_x', summary: 'Learnt.', metrics: { test: { accuracy: 0.4 } } };
  completeNext(lab, result);
  const call = await client.callTool({ name: 'get_task_status', arguments: { task_id, wait_ms: 20_000 } });
  const answer = Object(call.structuredContent);
  assert.deepEqual([answer.status, answer.tasks[0].status], ['completed', 'completed']);
  assert.deepEqual([answer.result, answer.tasks[0].result], [result, result]);
  assert.equal(answer.summary, 'Completed: Learnt.');
  assert.deepEqual(answer.next[0], {
    tool: 'run_backtest',
    arguments: { strategy_name: 'cross', version: 1, model_id: 'model_x' },
  });
});

test('many large results are told in brief, and the whole by asking for one', async (t) => {
  const lab = labFor(t);
  const client = await clientOf(t, lab, { tools, toolsets: 'all' });
  const result = { kind: 'model', id: 'model_x', summary: 'Learnt.', curve: 'x'.repeat(3000) };
  const ids = Array.from({ length: 10 }, () => addJob(lab));
  for (const _ of ids) completeNext(lab, result);
  const many = Object(
    (await client.callTool({ name: 'get_task_status', arguments: { task_ids: ids } })).structuredContent,
  );
  assert.ok(bytes(many) <= 8_000);
  assert.equal(many.tasks.length, 10);
  assert.deepEqual(many.tasks[3].result, { kind: 'model', id: 'model_x', summary: 'Learnt.' });
  const one = Object(
    (await client.callTool({ name: 'get_task_status', arguments: { task_id: ids[3] } })).structuredContent,
  );
  assert.deepEqual(one.result, result);
});

test('a task that does not exist is a failure that names it', async (t) => {
  const client = await clientOf(t, labFor(t), { tools, toolsets: 'all' });
  const failure = failureIn(await client.callTool({ name: 'get_task_status', arguments: { task_id: 'task_none' } }));
  assert.deepEqual([failure.code, failure.path], ['not_found', 'task_id']);
  assert.match(failure.message, /task_none/);
});

test('long insights are found page by page within 8 kB, and whole where a limit asks for them', async (t) => {
  const lab = labFor(t);
  const client = await clientOf(t, lab, { tools, toolsets: 'all' });
  const save = (content: string) =>
    client.callTool({ name: 'save_insight', arguments: { category: 'pattern', content } });
  for (let i = 0; i < 12; i++) await save(`momentum ${'long words '.repeat(700)} ${i}`);
  const search = async (given: object) =>
    Object(
      (await client.callTool({ name: 'search_insights', arguments: { query: 'momentum', ...given } }))
        .structuredContent,
    );
  const seen = new Set<string>();
  let cursor: string | undefined;
  do {
    const page = await search(cursor === undefined ? {} : { cursor });
    assert.ok(bytes(page) <= 8_000);
    assert.match(page.warnings[0], /give limit/);
    for (const { insight_id } of page.insights) seen.add(insight_id);
    cursor = page.next_cursor;
  } while (cursor !== undefined);
  assert.equal(seen.size, 12);
  const whole = await search({ limit: 1 });
  assert.ok(whole.insights[0].content.length > 7000);
});

test('the record of a long experiment fits, and its timeline goes on behind a cursor', async (t) => {
  const lab = labFor(t);
  const client = await clientOf(t, lab, { tools, toolsets: 'all' });
  const call = async (name: string, given: Record<string, unknown>) =>
    Object((await client.callTool({ name, arguments: given })).structuredContent);
  const { experiment_id } = await call('start_experiment', { name: 'Long', hypothesis: 'h'.repeat(2000) });
  for (let i = 0; i < 60; i++) {
    await call('save_insight', { category: 'pattern', content: `${i} ${'word '.repeat(60)}`, experiment_id });
    recordBacktest(lab, { experimentId: experiment_id, sharpe: i / 100 });
  }
  const rows: unknown[] = [];
  let cursor: string | undefined;
  do {
    const page = await call('get_experiment', { experiment_id, ...(cursor && { cursor }) });
    assert.ok(bytes(page) <= 8_000, `${bytes(page)}`);
    assert.equal(page.results.rows.length, 10);
    assert.equal(page.results.rows[0][5], 0.59);
    rows.push(...page.timeline.rows);
    cursor = page.next_cursor;
  } while (cursor !== undefined);
  assert.equal(rows.length, 61);
});
