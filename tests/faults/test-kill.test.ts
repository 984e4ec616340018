import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { listBacktests, listModels } from '@stratlab/knowledge/results.ts';
import { countedTrials } from '@stratlab/knowledge/trials.ts';
import { readConfiguration } from '@stratlab/lab/configuration.ts';
import { type Lab, openLab } from '@stratlab/lab/lab.ts';
import { crossDocument, networkDocument } from '../documents.ts';
import { type Session, serve } from '../end-to-end/client.ts';
import { storeMarket } from '../lab-home.ts';
import { alive } from './queue-home.ts';

/** Looks into a home without working in it. */
async function inside<T>(home: string, look: (lab: Lab) => T): Promise<T> {
  const lab = openLab(readConfiguration({ STRATLAB_HOME: home, STRATLAB_LOG_LEVEL: 'silent' }), { work: false });
  try {
    return look(lab);
  } finally {
    await lab.close();
  }
}

async function until(
  { call }: Session,
  task_id: string,
  done: (task: Record<string, unknown>) => boolean,
): Promise<Record<string, unknown>> {
  for (let look = 0; look < 1200; look++) {
    const task = await call('get_task_status', { task_id });
    if (done(task)) return task;
    await sleep(50);
  }
  throw new Error(`waited in vain: ${JSON.stringify(await call('get_task_status', { task_id }))}`);
}

test('kill -9 of the server in the middle of a test: a new one finishes it, and nothing is there twice', {
  timeout: 120_000,
}, async (t) => {
  const home = mkdtempSync(join(tmpdir(), 'stratlab-'));
  t.after(() => rmSync(home, { recursive: true, force: true }));
  await inside(home, (lab) => storeMarket(lab, 'AAA', 'fuzzy_rsi', { bars: 1500 }, { kind: 'none' }));
  const first = await serve(t, home);
  const configs = [
    crossDocument('AAA', 20, { name: 'slow_20' }),
    {
      ...networkDocument(['AAA'], {
        training: { labels: { source: 'next_direction' }, epochs: 600, early_stopping: null },
      }),
      name: 'net',
    },
    ...[30, 40, 50].map((slow) => crossDocument('AAA', slow, { name: `slow_${slow}` })),
  ];
  const task_id = String((await first.call('test_strategies', { configs, seeds: [1, 2] })).task_id);
  const begun = (task: Record<string, unknown>) => {
    const { completed, running } = Object(task.children);
    return completed >= 1 && running >= 1;
  };
  await until(first, task_id, begun);
  process.kill(first.pid, 'SIGKILL');
  while (alive(first.pid)) await sleep(20);

  const second = await serve(t, home);
  const task = await until(second, task_id, ({ status }) => status !== 'queued' && status !== 'running');
  assert.equal(task.status, 'completed', JSON.stringify(task.error));
  assert.deepEqual(task.children, { queued: 0, running: 0, completed: 8, failed: 0 });
  const found = await inside(home, ({ database }) => ({
    models: listModels(database, {}).length,
    backtests: listBacktests(database, {}).map(({ strategyName, modelId }) => `${strategyName} ${modelId}`),
    trials: countedTrials(database, 'AAA').length,
  }));
  assert.deepEqual([found.models, found.backtests.length, found.trials], [2, 6, 6]);
  assert.equal(new Set(found.backtests).size, 6);
  const { total_rows, rows } = Object(task.result);
  assert.deepEqual([total_rows, rows.length], [6, 6]);
});
