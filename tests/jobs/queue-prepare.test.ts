import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { type Queue, startQueue } from '@stratlab/jobs/queue.ts';
import { bullSource } from '@stratlab/jobs/sources/bullmq.ts';
import { onEachEngine } from '../faults/queue-engines.ts';
import { leaseMs, QueueHome, queueEntry } from '../faults/queue-home.ts';

onEachEngine((redisUrl) => {
  const engine = () => ({ leaseMs, ...(home.redisUrl !== null && { source: bullSource(home.redisUrl) }) });
  let home: QueueHome;
  let queue: Queue;

  beforeEach(() => {
    home = new QueueHome(redisUrl());
  });

  afterEach(async () => {
    await queue.stop({ drain: false });
    home.close();
  });

  test('a payload is completed when its job is taken, and what cannot be fails alone', {
    timeout: 30_000,
  }, async () => {
    const committed: unknown[] = [];
    queue = startQueue({
      ...engine(),
      store: home.store,
      entry: queueEntry,
      slots: { cpu: 1 },
      prepare({ id, payload }) {
        if (id === 'bad') throw Object.assign(new Error('There is no model.'), { code: 'not_found' });
        return JSON.stringify({ ...JSON.parse(String(payload)), ms: 7 });
      },
      commit: ({ payload }) => committed.push(payload),
    });
    for (const id of ['bad', 'good']) home.add('wait', { id });
    queue.wake();
    await Promise.all(['bad', 'good'].map((id) => home.ended(id)));
    assert.deepEqual(home.record('bad').error, { code: 'not_found', message: 'There is no model.' });
    assert.equal(home.record('bad').attempt, 1);
    assert.deepEqual(home.pids('bad'), [], 'no process ran it');
    assert.deepEqual([home.record('good').status, committed.length], ['completed', 1]);
    assert.equal(JSON.parse(String(committed[0])).ms, 7);
  });
});
