import assert from 'node:assert/strict';
import { test } from 'node:test';
import { timeline } from '@stratlab/knowledge/experiments.ts';
import { addVersion } from '@stratlab/knowledge/strategies.ts';
import { cancelTask } from '@stratlab/lab/cancel-task.ts';
import { getTaskStatus } from '@stratlab/lab/get-task-status.ts';
import { listTasks } from '@stratlab/lab/list-tasks.ts';
import { startExperiment } from '@stratlab/lab/start-experiment.ts';
import { trainModel } from '@stratlab/lab/train-model.ts';
import { networkDocument } from '../documents.ts';
import { emptyLab, storeMarket } from '../lab-home.ts';
import { addJob, completeNext, idleLab, recordBacktest } from '../recorded.ts';

const model = { kind: 'model', id: 'model_x', summary: 'It learnt something.', metrics: { test: { rows: 5 } } };

test('a queued task says what it waits for', async (t) => {
  const lab = idleLab(t);
  const [first, second] = [addJob(lab), addJob(lab)];
  const last = lab.jobs.add({
    id: 'task_last',
    kind: 'train',
    payload: null,
    key: null,
    maxAttempts: 1,
    after: [{ id: first, needs: 'end' }],
  }).id;
  const reasons = async () => {
    const { tasks } = await getTaskStatus(lab, { task_ids: [first, second, last] });
    return tasks.map(({ waiting_reason }) => waiting_reason);
  };
  assert.deepEqual(await reasons(), ['no worker offers cpu', 'no worker offers cpu', `comes after ${first}`]);
  lab.jobs.announce({ id: 'w', host: 'here', pid: 7, slots: { cpu: 2 }, startedAt: 0 });
  assert.deepEqual((await reasons()).slice(0, 2), [
    'next in the queue; 2 run at once',
    'queued behind 1 other; 2 run at once',
  ]);
  lab.jobs.pause('the disk is changed');
  assert.equal((await reasons())[0], 'the queue is paused: the disk is changed');
  lab.jobs.pause(null);
  const { tasks } = await getTaskStatus(lab, { task_ids: [first] });
  assert.deepEqual([tasks[0].status, tasks[0].progress, tasks[0].attempt], ['queued', 0, 0]);
  assert.deepEqual([tasks[0].strategy_name, tasks[0].version], ['cross', 1]);
});

test('a training whose engine is at home on a GPU goes there where a worker has one', (t) => {
  const lab = idleLab(t);
  storeMarket(lab, 'AAA', 'fuzzy_rsi', { bars: 1500 }, { kind: 'none' });
  recordBacktest(lab, { name: 'net', document: networkDocument(['AAA']) });
  const capabilityOf = (engine: string) => {
    const { task_id } = trainModel(lab, { strategy_name: 'net', engine });
    return lab.jobs.get(task_id)?.capability;
  };
  assert.equal(capabilityOf('webgpu'), 'cpu');
  lab.jobs.announce({ id: 'w', host: 'there', pid: 7, slots: { gpu: 1 }, startedAt: 0 });
  assert.deepEqual(['tensorflow', 'simd'].map(capabilityOf), ['gpu', 'cpu']);
});

test('waiting ends with the first task that ends', { timeout: 20_000 }, async (t) => {
  const lab = idleLab(t);
  const ids = [addJob(lab), addJob(lab)];
  const waiting = getTaskStatus(lab, { task_ids: ids, wait_ms: 20_000 });
  completeNext(lab, model);
  const { tasks } = await waiting;
  assert.deepEqual(
    tasks.map(({ status }) => status),
    ['completed', 'queued'],
  );
  assert.deepEqual(tasks[0].result, model);
  assert.equal(tasks[0].progress, 100);
});

test('an end that was not shown yet is news, and is told without waiting', { timeout: 5000 }, async (t) => {
  const lab = idleLab(t);
  const ids = [addJob(lab), addJob(lab)];
  completeNext(lab, model);
  await getTaskStatus(lab, { task_ids: ids, wait_ms: 20_000 });
  const stop = new AbortController();
  const again = getTaskStatus(lab, { task_ids: ids, wait_ms: 20_000 }, { signal: stop.signal });
  stop.abort();
  assert.equal((await again).tasks.length, 2);
});

test('without an id it is those under way and those not read, each end once', async (t) => {
  const lab = idleLab(t);
  const [ended, waiting] = [addJob(lab), addJob(lab)];
  completeNext(lab, model);
  const ids = async () => (await getTaskStatus(lab, {})).tasks.map(({ task_id }) => task_id);
  assert.deepEqual(await ids(), [waiting, ended]);
  assert.deepEqual(await ids(), [waiting]);
});

test('the tasks of an experiment are found by it', async (t) => {
  const lab = idleLab(t);
  const { experiment_id } = startExperiment(lab, { name: 'x', hypothesis: 'y' });
  const own = addJob(lab, 'train', experiment_id);
  addJob(lab);
  const { tasks } = await getTaskStatus(lab, { experiment_id });
  assert.deepEqual(
    tasks.map((task) => [task.task_id, task.experiment_id]),
    [[own, experiment_id]],
  );
});

test('unknown tasks and two selections at once are refused', async (t) => {
  const lab = idleLab(t);
  await assert.rejects(getTaskStatus(lab, { task_id: 'task_none' }), { code: 'not_found', path: 'task_id' });
  await assert.rejects(getTaskStatus(lab, { task_ids: [addJob(lab), 'x'] }), { code: 'not_found', path: 'task_ids' });
  await assert.rejects(getTaskStatus(lab, { task_id: 'a', experiment_id: 'b' }), { code: 'invalid_input' });
  await assert.rejects(cancelTask(lab, { task_id: 'task_none' }), { code: 'not_found' });
});

test('of very many tasks some are shown and the others stay unread', async (t) => {
  const lab = idleLab(t);
  for (let i = 0; i < 40; i++) {
    addJob(lab);
    completeNext(lab, model);
  }
  const first = await getTaskStatus(lab, {});
  assert.equal(first.tasks.length, 15);
  assert.match(first.warnings[0], /^25 more are not shown/);
  const second = await getTaskStatus(lab, {});
  assert.equal(new Set([...first.tasks, ...second.tasks].map(({ task_id }) => task_id)).size, 30);
});

test('news among more tasks than can be shown comes first', async (t) => {
  const lab = idleLab(t);
  const ids = Array.from({ length: 20 }, () => addJob(lab));
  completeNext(lab, model);
  const { tasks } = await getTaskStatus(lab, { task_ids: ids.toReversed(), wait_ms: 20_000 });
  assert.deepEqual([tasks.length, tasks[0].task_id, tasks[0].status], [15, ids[0], 'completed']);
});

test('tasks are listed newest first by status and kind, with brief results', (t) => {
  const lab = idleLab(t);
  const [train, backtest] = [addJob(lab, 'train'), addJob(lab, 'backtest')];
  completeNext(lab, model);
  const ids = (filter: object) =>
    listTasks(lab, filter)
      .slice(0, 10)
      .map(({ task_id }) => task_id);
  assert.deepEqual(ids({}), [backtest, train]);
  assert.deepEqual(ids({ status: 'completed' }), [train]);
  assert.deepEqual(ids({ kind: 'backtest' }), [backtest]);
  const { kind, id, summary } = model;
  assert.deepEqual(listTasks(lab, { kind: 'train' }).slice(0, 1)[0].result, { kind, id, summary });
});

test('a queued task is cancelled at once, and cancelling again changes nothing', async (t) => {
  const lab = idleLab(t);
  const { experiment_id } = startExperiment(lab, { name: 'x', hypothesis: 'y' });
  const id = addJob(lab, 'train', experiment_id);
  const { task, warnings } = await cancelTask(lab, { task_id: id });
  assert.deepEqual([task.status, warnings], ['cancelled', []]);
  assert.ok(timeline(lab.database, experiment_id).some(({ kind, subjectId }) => kind === 'cancel' && subjectId === id));
  const again = await cancelTask(lab, { task_id: id });
  assert.deepEqual([again.task.status, again.warnings], ['cancelled', ['It had ended before: cancelled.']]);
  assert.deepEqual((await getTaskStatus(lab, {})).tasks, []);
});

test('a training is watched to its end, and one that runs long is cancelled', { timeout: 60_000 }, async (t) => {
  const lab = emptyLab(t, { STRATLAB_WORKERS: '1' });
  storeMarket(lab, 'AAA', 'regime');
  recordBacktest(lab, { name: 'net', document: networkDocument(['AAA']) });
  const long = {
    ...networkDocument(['AAA']),
    training: { labels: { source: 'next_direction' }, early_stopping: null },
  };
  const text = { fingerprint: 'e'.repeat(64), yaml: '', decider: 'model', description: '', hypothesis: '' };
  addVersion(lab.database, { name: 'long', version: 1, document: long, createdAt: 1, ...text });
  const { task_id } = trainModel(lab, { strategy_name: 'net' });
  const told: string[] = [];
  const progress = (_percent: number, message: string) => void told.push(message);
  let task = (await getTaskStatus(lab, { task_id, wait_ms: 20_000 }, { progress })).tasks[0];
  while (task.status === 'running') task = (await getTaskStatus(lab, { task_id, wait_ms: 20_000 })).tasks[0];
  assert.equal(task.status, 'completed', JSON.stringify(task.error));
  assert.equal(task.result?.kind, 'model');
  assert.ok(told.length > 0, 'progress was told while it waited');

  const endless = trainModel(lab, { strategy_name: 'long', epochs: 100_000 }).task_id;
  while (lab.jobs.get(endless)?.status === 'queued') await lab.queue.changed(endless, 1000);
  assert.equal((await cancelTask(lab, { task_id: endless })).task.status, 'cancelled');
});
