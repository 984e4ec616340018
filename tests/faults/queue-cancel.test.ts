import assert from 'node:assert/strict';
import { afterEach, beforeEach, type TestContext, test } from 'node:test';
import type { Queue } from '@stratlab/jobs/queue.ts';
import { onEachEngine } from './queue-engines.ts';
import { alive, QueueHome, startTestQueue } from './queue-home.ts';

onEachEngine((redisUrl) => {
  let home: QueueHome;
  let queue: Queue;

  beforeEach(() => {
    home = new QueueHome(redisUrl());
    queue = startTestQueue(home, 1);
  });

  afterEach(async () => {
    await queue.stop({ drain: false });
    home.close();
  });

  /** Starts a job, has `cancel` cancel it, and asserts that it is cancelled, gone and without effect. */
  async function cancelRunning(context: TestContext, kind: string, cancel: (id: string) => unknown): Promise<void> {
    const id = home.add(kind, { ms: 60_000 });
    await home.started(id);
    const askedAt = performance.now();
    assert.equal(cancel(id), 'running');
    await home.ended(id);
    context.diagnostic(`cancelled after ${Math.round(performance.now() - askedAt)} ms`);
    assert.equal(home.record(id).status, 'cancelled');
    assert.equal(alive(home.pids(id)[0]), false);
    assert.deepEqual(home.effects(), []);
  }

  test('a queued job is cancelled at once and never runs', async () => {
    const runs = home.add('wait', { ms: 300 });
    const waits = home.add('wait');
    await home.started(runs);
    assert.equal(queue.cancel(waits), 'queued');
    assert.equal(home.record(waits).status, 'cancelled');
    await home.ended(runs);
    await queue.stop({ drain: true });
    assert.deepEqual(home.pids(waits), []);
  });

  test('a running job that listens is cancelled', (context) => cancelRunning(context, 'wait', queue.cancel));

  test('a busy loop is cancelled', (context) => cancelRunning(context, 'busy', queue.cancel));

  test('a job that ignores SIGTERM is cancelled', (context) => cancelRunning(context, 'stubborn', queue.cancel));

  test('a busy loop is cancelled when another server asks', (context) =>
    cancelRunning(context, 'busy', home.store.requestCancel));

  test('the queue moves on after a cancelled job', async (context) => {
    await cancelRunning(context, 'busy', queue.cancel);
    const next = home.add('wait');
    await home.ended(next);
    assert.equal(home.record(next).status, 'completed');
  });

  test('cancelling what has ended or was never there changes nothing', async () => {
    const id = home.add('wait');
    await home.ended(id);
    assert.equal(queue.cancel(id), 'completed');
    assert.equal(home.record(id).status, 'completed');
    assert.equal(queue.cancel('nobody'), null);
  });
});
