import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { listModels } from '@stratlab/knowledge/results.ts';
import { countedTrials } from '@stratlab/knowledge/trials.ts';
import { readConfiguration } from '@stratlab/lab/configuration.ts';
import { type Lab, openLab } from '@stratlab/lab/lab.ts';
import { networkDocument } from '../documents.ts';
import { type Session, serve } from '../end-to-end/client.ts';
import { storeMarket } from '../lab-home.ts';

/** Looks into a home without working in it. */
async function inside<T>(home: string, look: (lab: Lab) => T): Promise<T> {
  const lab = openLab(readConfiguration({ STRATLAB_HOME: home, STRATLAB_LOG_LEVEL: 'silent' }), { work: false });
  try {
    return look(lab);
  } finally {
    await lab.close();
  }
}

async function preparedHome(t: TestContext): Promise<string> {
  const home = mkdtempSync(join(tmpdir(), 'stratlab-'));
  t.after(() => rmSync(home, { recursive: true, force: true }));
  await inside(home, (lab) => storeMarket(lab, 'AAA', 'fuzzy_rsi', { bars: 3000 }, { kind: 'none' }));
  return home;
}

async function startLongTraining({ call }: Session): Promise<string> {
  await call('create_strategy', { name: 'net', config: networkDocument(['AAA']) });
  const { task_id } = await call('train_model', { strategy_name: 'net', epochs: 2500 });
  return String(task_id);
}

async function waitFor(
  { call }: Session,
  task_id: string,
  done: (task: Record<string, unknown>) => boolean,
): Promise<Record<string, unknown>> {
  for (let k = 0; k < 1200; k++) {
    const task = await call('get_task_status', { task_id });
    if (done(task)) return task;
    await sleep(50);
  }
  throw new Error(`did not get there: ${JSON.stringify(await call('get_task_status', { task_id }))}`);
}

const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

test('kill -9 of the server in the middle of a training: a new server finishes it, once', async (t) => {
  const home = await preparedHome(t);
  const first = await serve(t, home);
  const task_id = await startLongTraining(first);
  await waitFor(first, task_id, ({ status, progress }) => status === 'running' && Number(progress) > 6);
  process.kill(first.pid, 'SIGKILL');
  while (isAlive(first.pid)) await sleep(20);

  const second = await serve(t, home);
  const task = await waitFor(second, task_id, ({ status }) => status !== 'queued' && status !== 'running');
  assert.equal(task.status, 'completed');
  assert.equal(task.attempt, 2);
  const { models, trials } = await inside(home, ({ database }) => ({
    models: listModels(database, {}),
    trials: countedTrials(database, 'AAA'),
  }));
  assert.equal(models.length, 1);
  assert.equal(trials.length, 1);
  assert.equal(Object(task.result).id, models[0].id);
});

test('a running training is cancelled and its process gone within two seconds', async (t) => {
  const home = await preparedHome(t);
  const session = await serve(t, home);
  const task_id = await startLongTraining(session);
  await waitFor(session, task_id, ({ status, progress }) => status === 'running' && Number(progress) > 6);
  await session.call('cancel_task', { task_id });
  await sleep(2000);
  assert.equal((await session.call('get_task_status', { task_id })).status, 'cancelled');
  assert.equal(await inside(home, ({ database }) => listModels(database, {}).length), 0);
});

test('the same training asked for twice is one task', async (t) => {
  const home = await preparedHome(t);
  const session = await serve(t, home);
  const task_id = await startLongTraining(session);
  const again = await session.call('train_model', { strategy_name: 'net', epochs: 2500 });
  assert.equal(again.task_id, task_id);
  await session.call('cancel_task', { task_id });
});
