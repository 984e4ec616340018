import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { timeline } from '@stratlab/knowledge/experiments.ts';
import { listBacktests, listModels } from '@stratlab/knowledge/results.ts';
import { countedTrials } from '@stratlab/knowledge/trials.ts';
import { cancelTask } from '@stratlab/lab/cancel-task.ts';
import { countTrials } from '@stratlab/lab/count-trial.ts';
import { getBacktest } from '@stratlab/lab/get-backtest.ts';
import { getTaskStatus } from '@stratlab/lab/get-task-status.ts';
import { judgeAgain } from '@stratlab/lab/judge-again.ts';
import type { Lab } from '@stratlab/lab/lab.ts';
import { listTasks } from '@stratlab/lab/list-tasks.ts';
import { runBacktest } from '@stratlab/lab/run-backtest.ts';
import { backtestAnswerSchema } from '@stratlab/lab/shown-backtest.ts';
import { startExperiment } from '@stratlab/lab/start-experiment.ts';
import { isEnded, type TaskView } from '@stratlab/lab/task-view.ts';
import { rankedTestSchema } from '@stratlab/lab/test-order.ts';
import { type TestStrategies, testStrategies } from '@stratlab/lab/test-strategies.ts';
import { trainModel } from '@stratlab/lab/train-model.ts';
import { crossDocument, networkDocument } from '../documents.ts';
import { emptyLab, storeMarket, storeStrategy } from '../lab-home.ts';

const timeout = 120_000;

/** A lab with two markets, a rule, a model, and a strategy whose market is not there. */
function prepared(t: TestContext, environment: Record<string, string> = {}): Lab {
  const lab = emptyLab(t, environment);
  storeMarket(lab, 'AAA', 'regime', { bars: 1500 });
  storeMarket(lab, 'BBB', 'regime', { bars: 1500, seed: 2 });
  storeStrategy(lab, 'cross', crossDocument('AAA'));
  storeStrategy(lab, 'net', networkDocument(['AAA']));
  storeStrategy(lab, 'homeless', crossDocument('NOWHERE'));
  return lab;
}

function start(lab: Lab, given: Partial<TestStrategies>) {
  return testStrategies(lab, { limit: 10, ...given });
}

async function ended(lab: Lab, task_id: string): Promise<TaskView> {
  for (;;) {
    const [task] = (await getTaskStatus(lab, { task_id, wait_ms: 20_000 })).tasks;
    if (isEnded(task)) return task;
  }
}

function tableOf(lab: Lab, id: string) {
  const { kind: _kind, id: _id, ...ranked } = Object(lab.jobs.get(id)?.result);
  const { columns, rows, ...rest } = rankedTestSchema.parse(ranked);
  return { ...rest, rows: rows.map((row) => Object.fromEntries(columns.map((name, k) => [name, row[k]]))) };
}

test('six strategies in one task: two are invalid, one fails, one is trained twice, the others are ranked', {
  timeout,
}, async (t) => {
  const lab = prepared(t, { STRATLAB_WORKERS: '2' });
  const { experiment_id } = startExperiment(lab, { name: 'x', hypothesis: 'y' });
  const configs = [
    crossDocument('AAA', 30, { name: 'slow_30' }),
    crossDocument('AAA', 60, { name: 'slow_60' }),
    { ...networkDocument(['AAA']), name: 'net' },
    crossDocument('NOWHERE', 30, { name: 'homeless' }),
    { version: '4', name: 'silent' },
    crossDocument('AAA', 30, { name: 'typing', rules: { enter_long: 'smaa(10) > 3' } }),
  ];
  const started = start(lab, { configs, seeds: [1, 2], experiment_id });
  assert.deepEqual([started.strategies, started.combinations, started.trainings], [4, 5, 2]);
  assert.deepEqual(
    started.failures.map(({ name, code }) => [name, code]),
    [
      ['silent', 'invalid_strategy'],
      ['typing', 'invalid_strategy'],
    ],
  );
  assert.match(JSON.stringify(started.failures[1].problems), /smaa.*sma/);

  const task = await ended(lab, started.task_id);
  assert.equal(task.status, 'completed', JSON.stringify(task.error));
  assert.deepEqual(task.children, { queued: 0, running: 0, completed: 6, failed: 1 });
  const { rows, failures, trials } = tableOf(lab, started.task_id);
  assert.deepEqual(rows.map(({ name, seed }) => `${name} ${seed}`).sort(), [
    'net 1',
    'net 2',
    'slow_30 null',
    'slow_60 null',
  ]);
  assert.deepEqual(
    failures.map(({ name }) => name),
    ['silent', 'typing', 'homeless'],
  );
  assert.match(failures[2].message, /NOWHERE/);
  const models = listModels(lab.database, { strategyName: 'net' });
  assert.deepEqual(models.map(({ seed }) => seed).sort(), [1, 2]);
  assert.equal(new Set(rows.map(({ model_id }) => model_id)).size, 3, 'one model each, none for the rules');
  assert.equal(countedTrials(lab.database, 'AAA').length, 4);
  assert.equal(trials[0].counted, 4);
  const figures = rows.map(({ adjusted_p }) => Number(adjusted_p));
  assert.deepEqual(
    figures,
    figures.toSorted((a, b) => a - b),
  );
  assert.ok(
    timeline(lab.database, experiment_id).some(({ kind, subjectId }) => kind === 'test' && subjectId === task.task_id),
  );
});

test('every row is judged against all trials of the test, whatever was known when it ran', { timeout }, async (t) => {
  const lab = prepared(t);
  const configs = [20, 30, 40, 60, 80].map((slow) => crossDocument('AAA', slow, { name: `slow_${slow}` }));
  const { task_id } = start(lab, { configs });
  await ended(lab, task_id);
  const { rows, trials } = tableOf(lab, task_id);
  const now = countTrials(lab.database, 'AAA');
  assert.deepEqual(trials, [now]);
  assert.equal(now.counted, 5);
  for (const row of rows) {
    const answer = backtestAnswerSchema.parse(
      listBacktests(lab.database, {}).find(({ id }) => id === row.backtest_id)?.answer,
    );
    assert.match(String(row.reason), /the best of 5 trials/);
    const then = { counted: answer.trials.family, effective: answer.trials.effective };
    const again = judgeAgain(lab.folders.results, answer, then);
    assert.deepEqual(
      [again.verdict, again.p],
      [answer.evidence.verdict, answer.evidence.p],
      'judging again is judging',
    );
    assert.ok(Number(row.adjusted_p) >= Number(answer.evidence.adjusted_p) - 1e-6, 'more trials are never better');
  }
});

test('a row is the backtest that run_backtest gives', { timeout }, async (t) => {
  const lab = prepared(t);
  const { task_id } = start(lab, { names: ['cross'], symbols: ['BBB'] });
  await ended(lab, task_id);
  const [row] = tableOf(lab, task_id).rows;
  const own = await runBacktest(lab, { strategy_name: 'cross', symbol: 'BBB' });
  assert.ok('backtest_id' in own);
  const { answer } = getBacktest(lab, { backtest_id: String(row.backtest_id), detail: 'summary' });
  assert.equal(Object(answer).result_hash, own.result_hash);
  assert.equal(own.trials.new_trial, false);
});

test('a model that there is already is used; with seeds each is trained', { timeout }, async (t) => {
  const lab = prepared(t);
  const trained = await ended(lab, trainModel(lab, { strategy_name: 'net', seed: 11, epochs: 3 }).task_id);
  const started = start(lab, { names: ['net'], symbols: ['AAA', 'BBB'] });
  assert.deepEqual([started.trainings, started.combinations], [0, 2]);
  await ended(lab, started.task_id);
  const { rows } = tableOf(lab, started.task_id);
  for (const { model_id, seed } of rows) assert.deepEqual([model_id, seed], [trained.result?.id, 11]);
  const seeded = start(lab, { names: ['net'], symbols: ['AAA', 'BBB'], seeds: [5] });
  assert.deepEqual([seeded.trainings, seeded.combinations], [1, 2], 'both symbols share the model of a seed');
  await ended(lab, seeded.task_id);
  assert.equal(new Set(tableOf(lab, seeded.task_id).rows.map(({ model_id }) => model_id)).size, 1);
});

test('children of a strategy are made and tested in one call, a copy as what it copies', { timeout }, async (t) => {
  const lab = prepared(t);
  const mutations = [
    { path: 'rules.enter_long', value: 'sma(5) > sma(30)' },
    { path: 'rules.enter_long', value: 'sma( 10 ) > sma(30)' },
    { path: 'rules.enter_long', value: 'sma(10 >' },
  ];
  const { task_id, failures } = start(lab, { parent: 'cross', mutations });
  assert.deepEqual(
    failures.map(({ name }) => name),
    ['cross with mutations.2'],
  );
  await ended(lab, task_id);
  assert.deepEqual(
    tableOf(lab, task_id)
      .rows.map(({ name }) => name)
      .sort(),
    ['cross', 'cross_m1'],
  );
});

test('one worker is enough: what waits holds no place', { timeout }, async (t) => {
  const lab = prepared(t, { STRATLAB_WORKERS: '1' });
  const first = start(lab, { names: ['net', 'cross'], seeds: [1] });
  const second = start(lab, { names: ['cross'], symbols: ['BBB'] });
  for (const { task_id } of [first, second]) assert.equal((await ended(lab, task_id)).status, 'completed');
});

test('the same call while it is under way is the same task, and afterwards another', { timeout }, async (t) => {
  const lab = prepared(t);
  const first = start(lab, { names: ['cross'] });
  const again = start(lab, { names: ['cross'] });
  assert.equal(again.task_id, first.task_id);
  assert.match(again.warnings[0], /under way already/);
  assert.notEqual(start(lab, { names: ['cross'], symbols: ['BBB'] }).task_id, first.task_id);
  await ended(lab, first.task_id);
  const later = start(lab, { names: ['cross'] });
  assert.notEqual(later.task_id, first.task_id);
  await ended(lab, later.task_id);
  assert.equal(countedTrials(lab.database, 'AAA').length, 1, 'the same rule again is no new trial');
});

test('a test under way says how far its parts are and what they found; they are no tasks of their own', {
  timeout,
}, async (t) => {
  const lab = prepared(t, { STRATLAB_WORKERS: '1' });
  const endless = {
    ...networkDocument(['AAA']),
    training: { labels: { source: 'next_direction' }, epochs: 100_000, early_stopping: null },
  };
  const configs = [crossDocument('AAA', 25, { name: 'quick' }), { ...endless, name: 'endless' }];
  const { task_id } = start(lab, { configs });
  const look = async () => (await getTaskStatus(lab, { task_id })).tasks[0];
  let task = await look();
  while (task.children?.completed === 0) {
    await sleep(50);
    task = await look();
  }
  assert.equal(task.status, 'running');
  assert.ok(task.progress > 30 && task.progress < 99, String(task.progress));
  assert.match(task.stage, /^1 of 3 parts ended/);
  assert.deepEqual(Object(task.partial).total_rows, 1);
  assert.equal(Object(task.partial).rows[0][0], 'quick');
  const listed = (status: 'queued' | 'running') =>
    listTasks(lab, { status })
      .slice(0, 9)
      .map((each) => each.task_id);
  assert.deepEqual([listed('running'), listed('queued')], [[task_id], []]);
  assert.deepEqual(
    (await getTaskStatus(lab, {})).tasks.map((each) => each.task_id),
    [task_id],
  );

  await cancelTask(lab, { task_id });
  assert.equal((await look()).status, 'cancelled');
  const parts = () => lab.jobs.children(task_id);
  while (parts().some((part) => !isEnded(part))) await sleep(50);
  assert.deepEqual(
    parts()
      .map(({ kind, status }) => `${kind} ${status}`)
      .sort(),
    ['backtest cancelled', 'backtest completed', 'train cancelled'],
  );
  assert.equal(listModels(lab.database, {}).length, 0);
});

test('a training that another task waits for outlives the test that began it', { timeout }, async (t) => {
  const lab = prepared(t, { STRATLAB_WORKERS: '1' });
  const first = start(lab, { names: ['net'], seeds: [4] });
  const second = start(lab, { names: ['net'], seeds: [4], symbols: ['BBB'] });
  assert.equal(second.trainings, 0, 'it waits for the training of the first');
  await cancelTask(lab, { task_id: first.task_id });
  const task = await ended(lab, second.task_id);
  assert.deepEqual(task.children, { queued: 0, running: 0, completed: 1, failed: 0 });
});

test('a training that fails fails its backtests with its reason', { timeout }, async (t) => {
  const lab = prepared(t);
  storeMarket(lab, 'TINY', 'regime', { bars: 24 }, { kind: 'none' });
  const { task_id } = start(lab, {
    configs: [{ ...networkDocument(['TINY']), name: 'starved' }, crossDocument('AAA', 30, { name: 'fed' })],
  });
  const task = await ended(lab, task_id);
  assert.equal(task.status, 'completed');
  const { rows, failures } = tableOf(lab, task_id);
  assert.deepEqual([rows.length, failures.length], [1, 1]);
  assert.match(failures[0].message, /^Its training failed: /);
});

test('what does not say what is meant, or means too much, is refused', (t) => {
  const lab = prepared(t);
  const refused = (given: Partial<TestStrategies>, expected: object) =>
    assert.throws(() => start(lab, given), expected);
  refused({}, { code: 'invalid_input' });
  refused({ names: ['cross'], configs: [] }, { code: 'invalid_input', path: 'configs' });
  refused({ names: ['cross'], mutations: [] }, { code: 'invalid_input' });
  refused({ parent: 'cross' }, { code: 'invalid_input', path: 'mutations' });
  refused({ parent: 'crosss', mutations: [{ path: 'a', value: 1 }] }, { code: 'not_found' });
  refused({ names: ['cross'], symbols: ['../x'] }, { code: 'invalid_input' });
  const symbols = Array.from({ length: 201 }, (_, k) => `S${k}`);
  refused({ names: ['cross'], symbols }, { code: 'limit_exceeded', message: /201 backtests.*at most 200/ });
  assert.equal(lab.jobs.list({ limit: 10 }).length, 0);
});
