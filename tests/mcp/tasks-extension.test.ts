import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labTasks } from '@stratlab/mcp/tasks-extension/lab-tasks.ts';
import { tools } from '@stratlab/mcp/tools/index.ts';
import { addJob, completeNext, idleLab } from '../recorded.ts';

const model = { kind: 'model', id: 'model_x', summary: 'It learnt something.', metrics: { test: { rows: 5 } } };

test('each kind of task is started by one tool', () => {
  const kinds = tools.flatMap(({ task }) => (task === undefined ? [] : [task.kind]));
  assert.deepEqual(kinds.toSorted(), ['backtest', 'test', 'train']);
});

test('the result of a task is the answer of the tool that starts such tasks', async (t) => {
  const lab = idleLab(t);
  const id = addJob(lab);
  const source = labTasks(lab, tools);
  assert.equal((await source.get(id)).status, 'working');
  completeNext(lab, model);
  const task = await source.get(id);
  assert.ok(task.status === 'completed');
  const { task_id, status, result, next } = Object(task.result.structuredContent);
  assert.deepEqual([task_id, status, result], [id, 'completed', model]);
  assert.equal(next[0].tool, 'run_backtest');
});

test('where that tool is not offered, the result says how the task stands, and names no call that cannot be made', async (t) => {
  const lab = idleLab(t);
  const id = addJob(lab);
  completeNext(lab, model);
  const task = await labTasks(lab, []).get(id);
  assert.ok(task.status === 'completed');
  const { task_id, kind, result, next } = Object(task.result.structuredContent);
  assert.deepEqual([task_id, kind, result, next], [id, 'train', model, []]);
});

test('a result that cannot be told is a fault of the lab, not of the task', async (t) => {
  const lab = idleLab(t);
  const id = addJob(lab, 'backtest');
  completeNext(lab, { kind: 'backtest', id: 'backtest_x' });
  const task = await labTasks(lab, tools).get(id);
  assert.ok(task.status === 'failed');
  assert.equal(task.error.code, -32603);
});
