import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { listRemovals } from '@stratlab/knowledge/removals.ts';
import { cleanHome } from '@stratlab/lab/clean-home.ts';
import { outdatedFiles } from '@stratlab/lab/clean-plan.ts';
import { cleanRegularly } from '@stratlab/lab/clean-regularly.ts';
import { LabError } from '@stratlab/lab/error.ts';
import { getBacktest } from '@stratlab/lab/get-backtest.ts';
import { getBacktestTrades } from '@stratlab/lab/get-backtest-trades.ts';
import { getModel } from '@stratlab/lab/get-model.ts';
import type { HomeFile } from '@stratlab/lab/home-files.ts';
import { runBacktest } from '@stratlab/lab/run-backtest.ts';
import { verifyHome } from '@stratlab/lab/verify-home.ts';
import { cli } from '../end-to-end/client.ts';
import { doWork, inLab, temporaryFolder } from '../faults/worked-home.ts';
import { completeNext } from '../recorded.ts';

const dayMs = 86_400_000;

test('an old result is removed, its removal recorded and said; its figures stay, and the same run brings it back', async (t) => {
  const home = temporaryFolder(t);
  await inLab(home, async (lab) => {
    const { backtestId, modelId } = await doWork(lab, 'AAA');
    const trades = getBacktestTrades(lab, { backtest_id: backtestId });
    const now = Date.now() + 366 * dayMs;
    const planned = cleanHome(lab, { dryRun: true, now });
    assert.deepEqual(
      planned.removed.map(({ kind }) => kind),
      ['result', 'jobs'],
    );
    assert.equal(readdirSync(lab.folders.results).length, 1);
    assert.deepEqual(listRemovals(lab.database), []);

    const done = cleanHome(lab, { now });
    assert.deepEqual(done, { ...planned, dryRun: false });
    assert.deepEqual(listRemovals(lab.database), done.removed);
    assert.equal(readdirSync(lab.folders.results).length, 0);
    assert.throws(
      () => getBacktestTrades(lab, { backtest_id: backtestId }),
      (error) =>
        error instanceof LabError &&
        error.code === 'not_found' &&
        /were removed on .*: older than 365 days/.test(error.message) &&
        /same bytes/.test(error.hint ?? ''),
    );
    assert.match(getBacktest(lab, { backtest_id: backtestId, detail: 'summary' }).answer.summary, /net_aaa/);
    assert.equal(getModel(lab, { model_id: modelId }).model_id, modelId);
    assert.deepEqual(verifyHome(home, 'full', now).findings, []);

    await runBacktest(lab, { strategy_name: 'net_aaa' });
    assert.deepEqual(getBacktestTrades(lab, { backtest_id: backtestId }), trades);
    assert.deepEqual(cleanHome(lab).removed, []);
  });
});

test('checkpoints of ended trainings and files that nothing names go after a day, those of work under way stay', async (t) => {
  const home = temporaryFolder(t);
  await inLab(home, async (lab) => {
    const { models, results } = lab.folders;
    await doWork(lab, 'AAA');
    const checkpoint = (id: string) => join(models, 'checkpoints', id);
    const ended = [checkpoint('model_ended'), join(models, 'f'.repeat(64))];
    for (const folder of [...ended, checkpoint('model_open')]) {
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'x'), '12345');
    }
    const unfinished = [join(results, '.a.0123456789ab.tmp'), join(lab.folders.data, 'AAA', '.b.0123456789ab.tmp')];
    for (const file of unfinished) writeFileSync(file, '');
    const old = new Date(Date.now() - 2 * dayMs);
    const notOurs = [join(models, 'notes'), join(results, 'table.json'), join(results, 'x.tmp')];
    for (const file of notOurs) writeFileSync(file, '');
    for (const path of [...ended, ...unfinished, ...notOurs, checkpoint('model_open')]) utimesSync(path, old, old);
    lab.jobs.add({ id: 'task_open', kind: 'train', payload: { modelId: 'model_open' }, key: null, maxAttempts: 1 });
    const { removed, bytes } = cleanHome(lab);
    assert.deepEqual(removed.map(({ kind }) => kind).sort(), ['checkpoint', 'model', 'unfinished', 'unfinished']);
    assert.equal(bytes, 10);
    assert.ok([checkpoint('model_open'), ...notOurs].every((path) => existsSync(path)));
    assert.ok(![...ended, ...unfinished].some((path) => existsSync(path)));
    assert.deepEqual(cleanHome(lab).removed, []);
  });
  assert.deepEqual(verifyHome(home, 'full').findings, []);
});

test('of old ended jobs the orders and events go, their results stay', async (t) => {
  const home = temporaryFolder(t);
  await inLab(home, async (lab) => {
    const { jobs } = lab;
    const payload = { strategyName: 'net', strategyVersion: 2, document: 'x'.repeat(1000) };
    for (const id of ['task_done', 'task_open']) jobs.add({ id, kind: 'train', payload, key: null, maxAttempts: 1 });
    completeNext(lab, { found: 1 });
    assert.deepEqual(cleanHome(lab, { now: Date.now() + 89 * dayMs }).removed, []);
    const [removal] = cleanHome(lab, { now: Date.now() + 91 * dayMs }).removed;
    assert.match(removal.subject, /^1 orders, [1-9]\d* events$/);
    assert.ok(removal.bytes > 1000);
    assert.deepEqual(jobs.get('task_done')?.payload, { strategyName: 'net', strategyVersion: 2 });
    assert.deepEqual(jobs.get('task_done')?.result, { found: 1 });
    assert.deepEqual(jobs.get('task_open')?.payload, payload);
  });
  assert.ok(verifyHome(home, 'full').ok);
});

test('a server cleans once it has settled and every six hours after', async (t) => {
  const home = temporaryFolder(t);
  await inLab(home, (lab) => {
    t.mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
    const leftBehind = () => {
      const folder = join(lab.folders.models, 'f'.repeat(64));
      mkdirSync(folder, { recursive: true });
      const old = new Date(Date.now() - 2 * dayMs);
      utimesSync(folder, old, old);
      return () => existsSync(folder);
    };
    const stop = cleanRegularly(lab);
    const first = leftBehind();
    t.mock.timers.tick(60_000);
    assert.equal(first(), false);
    const second = leftBehind();
    t.mock.timers.tick(6 * 3_600_000);
    assert.equal(second(), false);
    stop();
    const third = leftBehind();
    t.mock.timers.tick(dayMs);
    assert.equal(third(), true);
    t.mock.timers.reset();
  });
});

const result = (name: string, age: number, mebibytes: number): HomeFile => ({
  kind: 'result',
  name,
  path: name,
  bytes: mebibytes * 2 ** 20,
  changedAt: -age * dayMs,
});

test('the oldest results go until the rest fits, and nothing that open work may need', () => {
  const files = [result('a', 3, 4), result('b', 1, 4), result('c', 2, 4)];
  const policy = { keepResultsDays: 0, keepResultsMb: 8, keepLeftoversDays: 0 };
  const plan = (changes: Partial<typeof policy>, openSince = 0) =>
    outdatedFiles(files, () => true, { ...policy, ...changes }, { now: 0, openSince }).map(({ file }) => file.name);
  assert.deepEqual(plan({}), ['a']);
  assert.deepEqual(plan({ keepResultsMb: 7 }), ['c', 'a']);
  assert.deepEqual(plan({ keepResultsMb: 7 }, -2.5 * dayMs), ['a']);
  assert.deepEqual(plan({ keepResultsMb: 0, keepResultsDays: 1 }), ['a', 'c']);
  assert.deepEqual(plan({ keepResultsMb: 0 }), []);
});

test('stratlab clean says what it removes', async (t) => {
  const home = temporaryFolder(t);
  await inLab(home, (lab) => doWork(lab, 'AAA'));
  const env = { ...process.env, STRATLAB_HOME: home, STRATLAB_KEEP_RESULTS_DAYS: '7' };
  const [file] = readdirSync(join(home, 'results'));
  utimesSync(join(home, 'results', file), 1, 1);
  const clean = (...flags: string[]) =>
    spawnSync(process.execPath, [cli, 'clean', ...flags], { env, encoding: 'utf8' }).stdout;
  assert.match(
    clean('--dry-run'),
    /^1 things of \d+ bytes would be removed\.\n {2}result [0-9a-f]{64}: older than 7 days/,
  );
  assert.ok(readFileSync(join(home, 'results', file)).length > 0);
  assert.match(clean(), /^1 things of \d+ bytes were removed\./);
  assert.match(clean(), /^0 things/);
});
