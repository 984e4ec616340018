import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import type { JobRecord } from '@stratlab/jobs/job-store.ts';
import { type Queue, startQueue } from '@stratlab/jobs/queue.ts';
import { bullSource } from '@stratlab/jobs/sources/bullmq.ts';
import { onEachEngine } from '../faults/queue-engines.ts';
import { leaseMs, QueueHome, queueEntry, startTestQueue, until } from '../faults/queue-home.ts';

onEachEngine((redisUrl) => {
  const engine = () => ({ leaseMs, ...(home.redisUrl !== null && { source: bullSource(home.redisUrl) }) });
  let home: QueueHome;
  let queues: Queue[];
  let logged: { level: string; message: string; details: Record<string, unknown> }[];

  beforeEach(() => {
    home = new QueueHome(redisUrl());
    queues = [];
    logged = [];
  });

  afterEach(async () => {
    await Promise.all(queues.map((queue) => queue.stop({ drain: false })));
    home.close();
  });

  function queue(concurrency = 2): Queue {
    const started = startTestQueue(home, concurrency, (level, message, details) =>
      logged.push({ level, message, details }),
    );
    queues.push(started);
    return started;
  }

  test('a job runs in a process of its own and its result is stored', async () => {
    queue();
    const id = home.add('wait');
    await home.ended(id);
    const { status, result, attempt, progress, error } = home.record(id);
    assert.deepEqual(
      { status, result, attempt, error },
      { status: 'completed', result: { attempt: 1 }, attempt: 1, error: null },
    );
    assert.equal(progress.percent, 100);
    assert.notEqual(home.pids(id)[0], process.pid);
    assert.deepEqual(home.effects(), [{ job: id, attempt: 1 }]);
  });

  test('jobs start in the order in which they were added, one at a time where concurrency is one', async () => {
    const ids = ['c', 'a', 'b', 'd'].map((id) => home.add('wait', { id }));
    queue(1);
    await home.ended('d');
    assert.deepEqual(
      home.starts().map(({ id }) => id),
      ids,
    );
  });

  test('two queues on one database share the jobs; each runs once', async () => {
    const ids = Array.from({ length: 10 }, () => home.add('wait', { ms: 10 }));
    queue();
    queue();
    await Promise.all(ids.map((id) => home.ended(id)));
    assert.deepEqual(
      home
        .starts()
        .map(({ id }) => id)
        .sort(),
      ids.toSorted(),
    );
    assert.deepEqual(
      home
        .effects()
        .map(({ job }) => job)
        .sort(),
      ids.toSorted(),
    );
  });

  test('progress of a running job is stored and wakes those who wait for a change', async () => {
    const running = queue();
    const id = home.add('wait', { ms: 60_000 });
    await until('progress is stored', () => home.record(id).progress.percent === 40);
    assert.deepEqual(home.record(id).progress, { percent: 40, stage: 'waiting', etaMs: 60_000 });
    const change = running.changed(id, 60_000);
    running.cancel(id);
    await change;
    assert.equal(home.record(id).cancelRequested, true);
  });

  test('waiting for a change ends at once for a job at its end and for an unknown one, else at the timeout', async () => {
    const running = queue(0);
    const waiting = home.add('wait');
    const cancelled = home.add('wait');
    running.cancel(cancelled);
    await running.changed(cancelled, 60_000);
    await running.changed('nobody', 60_000);
    await running.changed(waiting, 20);
    assert.equal(home.record(waiting).status, 'queued');
  });

  test('a change that another server has made wakes those who wait here', async () => {
    const watching = queue(0);
    const id = home.add('wait');
    const change = watching.changed(id, 60_000);
    assert.equal(home.store.claim('another server', 'cpu', 1).at(0)?.id, id);
    await change;
    assert.equal(home.record(id).status, 'running');
  });

  test('every change of a job is told with its record', async () => {
    const seen: JobRecord[] = [];
    const store = home.store;
    const onEvent = (record: JobRecord) => seen.push(record);
    const running = startQueue({
      ...engine(),
      store,
      entry: queueEntry,
      slots: { cpu: 1 },
      commit: (_, outcome) => outcome,
      onEvent,
    });
    queues.push(running);
    const id = home.add('wait', { ms: 600 });
    running.wake();
    await home.ended(id);
    const told = seen.map(({ status, progress }) => `${status} ${progress.stage}`);
    assert.deepEqual(told, ['running ', 'running waiting', 'completed waiting']);
  });

  test('an error meant for the user fails the job at once, with its code and hint', async () => {
    queue();
    const id = home.add('refuse');
    await home.ended(id);
    const { status, attempt, error } = home.record(id);
    assert.deepEqual([status, attempt], ['failed', 1]);
    assert.deepEqual(error, {
      code: 'invalid_input',
      message: 'Parameter `period` is -1; at least 1 is allowed.',
      hint: 'Set period to 14.',
    });
    assert.deepEqual(home.effects(), []);
  });

  test('any other error fails the job as internal, and its stack is logged', async () => {
    queue();
    const id = home.add('break');
    await home.ended(id);
    assert.equal(home.record(id).status, 'failed');
    assert.deepEqual(home.record(id).error, { code: 'internal', message: 'a bug of ours' });
    await until('the stack is logged', () => logged.some(({ message }) => message.includes('queue-entry.ts')));
  });

  test('a process that exits by itself is tried again, up to its attempts', async () => {
    queue();
    const recovers = home.add('exit', { untilAttempt: 1 });
    const hopeless = home.add('exit', { maxAttempts: 2 });
    await Promise.all([home.ended(recovers), home.ended(hopeless)]);
    assert.deepEqual(home.record(recovers).result, { attempt: 2 });
    const { status, attempt, error } = home.record(hopeless);
    assert.deepEqual([status, attempt], ['interrupted', 2]);
    assert.match(error?.message ?? '', /exit code 137.*the last words/);
    assert.deepEqual(home.effects(), [{ job: recovers, attempt: 2 }]);
  });

  test('a process that says what the queue does not understand fails its job', async () => {
    queue();
    const id = home.add('babble');
    await home.ended(id);
    assert.equal(home.record(id).status, 'failed');
    assert.match(home.record(id).error?.message ?? '', /does not understand/);
  });

  test('what a job prints goes to the log', async () => {
    queue();
    const id = home.add('print');
    await home.ended(id);
    const printed = (text: string) => logged.find(({ message }) => message === text)?.details.jobId;
    await until('both are logged', () => printed('printed to stdout') === id && printed('printed to stderr') === id);
  });

  test('columns reach the commit as columns, NaN included', async () => {
    let outcome: unknown;
    const commit = (_: unknown, value: unknown) => {
      outcome = value;
      return 'stored elsewhere';
    };
    queues.push(startQueue({ ...engine(), store: home.store, entry: queueEntry, slots: { cpu: 1 }, commit }));
    const id = home.add('columns');
    await home.ended(id);
    assert.deepEqual(outcome, { prices: Float64Array.of(1, Number.NaN, 3) });
    assert.equal(home.record(id).result, 'stored elsewhere');
  });

  test('a commit that throws leaves nothing behind and fails the job', async () => {
    const { store, database } = home;
    const commit = () => {
      database.sqlite.exec("INSERT INTO effects VALUES ('half', 1)");
      throw new Error('the other half');
    };
    queues.push(startQueue({ ...engine(), store, entry: queueEntry, slots: { cpu: 1 }, commit }));
    const id = home.add('wait');
    await home.ended(id);
    assert.deepEqual([home.record(id).status, home.record(id).error?.message], ['failed', 'the other half']);
    assert.deepEqual(home.effects(), []);
  });

  test('a queue that stops gives its jobs back unharmed, and another takes them up', async () => {
    const first = queue();
    const id = home.add('wait', { ms: 300, maxAttempts: 1 });
    await home.started(id);
    await first.stop({ drain: false });
    assert.deepEqual([home.record(id).status, home.record(id).attempt], ['queued', 0]);
    queue();
    await home.ended(id);
    assert.equal(home.record(id).status, 'completed');
  });

  test('a queue that drains finishes what runs and takes nothing more', async () => {
    const draining = queue(1);
    const runs = home.add('wait', { ms: 300 });
    const waits = home.add('wait');
    await home.started(runs);
    await draining.stop({ drain: true });
    assert.deepEqual([home.record(runs).status, home.record(waits).status], ['completed', 'queued']);
  });

  test('a live job is not taken from its server, however long it runs', async () => {
    queue(1);
    const id = home.add('wait', { ms: 3 * leaseMs });
    await home.started(id);
    queue(1);
    await home.ended(id);
    assert.deepEqual([home.record(id).status, home.starts().length], ['completed', 1]);
  });
});
