import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { type Queue, type QueueOptions, startQueue } from '@stratlab/jobs/queue.ts';
import { bullSource } from '@stratlab/jobs/sources/bullmq.ts';
import { onEachEngine } from '../faults/queue-engines.ts';
import { leaseMs, QueueHome, queueEntry, until } from '../faults/queue-home.ts';

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

  function start(options: Partial<QueueOptions> = {}): void {
    const commit = (_: unknown, outcome: unknown) => outcome;
    queue = startQueue({ ...engine(), store: home.store, entry: queueEntry, slots: { cpu: 1 }, commit, ...options });
  }

  test('processes stay warm: one runs many jobs', async () => {
    start();
    const ids = Array.from({ length: 5 }, () => home.add('wait'));
    await Promise.all(ids.map((id) => home.ended(id)));
    assert.equal(new Set(home.starts().map(({ pid }) => pid)).size, 1);
  });

  test('a process that was ended with its job is replaced', async () => {
    start();
    const busy = home.add('busy');
    await home.started(busy);
    queue.cancel(busy);
    const next = home.add('wait');
    await home.ended(next);
    assert.notEqual(home.pids(next)[0], home.pids(busy)[0]);
  });

  test('a job that runs too long is ended and fails, and the next one runs', async () => {
    start({ limitMs: 500 });
    const endless = home.add('busy');
    const next = home.add('wait');
    await home.ended(next);
    const { status, error } = home.record(endless);
    assert.deepEqual([status, error?.code], ['failed', 'limit_exceeded']);
    assert.match(error?.message ?? '', /longer than/);
  });

  test('a job that takes too much memory dies alone', async () => {
    start({ heapMb: 64 });
    const greedy = home.add('greedy', { maxAttempts: 1 });
    const next = home.add('wait');
    await home.ended(next);
    assert.equal(home.record(greedy).status, 'interrupted');
    assert.match(home.record(greedy).error?.message ?? '', /heap/i);
  });

  test('slots are counted by capability; what nobody offers waits', async () => {
    start({ slots: { cpu: 1, gpu: 1 } });
    const slow = home.add('wait', { ms: 60_000 });
    const waits = home.add('wait', {});
    const gpu = home.add('wait', { capability: 'gpu' });
    const tpu = home.add('wait', { capability: 'tpu' });
    await home.ended(gpu);
    assert.deepEqual(
      [slow, waits, tpu].map((id) => home.record(id).status),
      ['running', 'queued', 'queued'],
    );
  });

  test('nothing is taken while the machine is short of something', async () => {
    let reason: string | null = 'the disk is full';
    start({ heldBack: () => reason });
    const id = home.add('wait');
    await queue.changed(id, 400);
    assert.equal(home.record(id).status, 'queued');
    reason = null;
    await home.ended(id);
  });

  test('a look at the machine that fails costs a moment, not the server', async () => {
    let looks = 0;
    start({
      heldBack: () => {
        if (looks++ === 0) throw new Error('the disk does not answer');
        return null;
      },
    });
    const id = home.add('wait');
    await home.ended(id);
    assert.equal(home.record(id).status, 'completed');
  });

  test('a queue that takes jobs says that it is there, until it stops', async () => {
    start({ slots: { cpu: 3 } });
    await until('the worker is announced', () => home.store.workers().length === 1);
    assert.deepEqual(
      home.store.workers().map(({ pid, slots }) => ({ pid, slots })),
      [{ pid: process.pid, slots: { cpu: 3 } }],
    );
    await queue.stop({ drain: false });
    assert.deepEqual(home.store.workers(), []);
  });
});
