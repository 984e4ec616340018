import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import type { Job, JobStore, NewJob } from '@stratlab/jobs/job-store.ts';
import { type Database, openDatabase } from '@stratlab/knowledge/database.ts';
import { jobStore } from '@stratlab/knowledge/jobs.ts';
import fc from 'fast-check';

const failure = { code: 'no_data', message: 'No bars.' };
const hour = 3_600_000;

let database: Database;
let store: JobStore;

beforeEach(() => {
  database = openDatabase(':memory:');
  store = jobStore(database);
});

afterEach(() => database.close());

function add(id: string, more: Partial<NewJob> = {}): void {
  store.add({ id, kind: 'train', payload: null, key: null, maxAttempts: 2, ...more });
}

const claimed = (most = 10, capability = 'cpu') => store.claim('me', capability, most).map(({ id }) => id);
const status = (id: string) => store.get(id)?.status;

function next(): Job {
  const [job] = store.claim('me', 'cpu', 1);
  assert.ok(job !== undefined, 'nothing is ready');
  return job;
}

test('higher priority goes first, equals in the order in which they were added', () => {
  add('a');
  add('low', { priority: -1 });
  add('high', { priority: 5 });
  add('b');
  assert.deepEqual(claimed(2), ['high', 'a']);
  assert.deepEqual(claimed(), ['b', 'low']);
});

test('a job that is asked for again goes as early as the more urgent of both asks', () => {
  add('first');
  add('shared', { key: 'k' });
  add('other', { key: 'l', priority: 1 });
  assert.equal(
    store.add({ id: 'x', kind: 'train', payload: null, key: 'k', maxAttempts: 1, priority: 2 }).id,
    'shared',
  );
  store.add({ id: 'y', kind: 'train', payload: null, key: 'l', maxAttempts: 1 });
  assert.deepEqual(claimed(), ['shared', 'other', 'first']);
});

test('a job is taken only by one who offers what it needs', () => {
  add('network', { capability: 'gpu' });
  add('rules');
  assert.deepEqual([claimed(), claimed(10, 'gpu')], [['rules'], ['network']]);
  assert.deepEqual(store.backlog(), []);
});

test('a job is not taken before its instant', () => {
  add('later', { runAt: Date.now() + hour });
  add('past', { runAt: Date.now() - hour });
  assert.deepEqual(claimed(), ['past']);
  assert.deepEqual(
    store.backlog().map(({ capability, queued }) => ({ capability, queued })),
    [{ capability: 'cpu', queued: 1 }],
  );
});

test('nothing is taken while the queue is paused; what runs goes on', () => {
  add('a');
  add('b');
  const running = next();
  store.pause('the disk is changed');
  assert.equal(store.paused()?.reason, 'the disk is changed');
  assert.deepEqual([claimed(), store.ready(9)], [[], []]);
  assert.equal(
    store.complete(running, () => null),
    true,
  );
  store.pause(null);
  assert.deepEqual([store.paused(), claimed()], [null, ['b']]);
});

test('what is ready is told with the turn that it is in', () => {
  add('a');
  add('b', { after: [{ id: 'a', needs: 'end' }] });
  assert.deepEqual(store.ready(9), [{ id: 'a', fence: 0, capability: 'cpu' }]);
  store.release(next(), failure);
  assert.deepEqual(store.ready(9), [{ id: 'a', fence: 1, capability: 'cpu' }]);
});

test('what is ready is told of each capability, however many jobs of another come first', () => {
  for (let k = 0; k < 5; k++) add(`rules${k}`, { priority: 5 });
  add('network', { capability: 'gpu' });
  add('urgent network', { capability: 'gpu', priority: 1 });
  add('later', { capability: 'tpu', runAt: Date.now() + hour });
  assert.deepEqual(
    store.ready(2).map(({ id }) => id),
    ['rules0', 'rules1', 'urgent network', 'network'],
  );
});

test('what is done together is durable together; what throws in it is undone alone', () => {
  add('a');
  add('b');
  const [a, b] = store.claim('me', 'cpu', 2);
  store.together(() => {
    assert.throws(() =>
      store.complete(a, () => {
        throw new Error('no');
      }),
    );
    store.complete(b, () => 7);
  });
  assert.deepEqual([status('a'), store.get('b')?.result], ['running', 7]);
});

test('a job comes after all that it names, ended before or not', () => {
  for (const id of ['a', 'b']) add(id);
  store.complete(next(), () => null);
  add('c', {
    after: [
      { id: 'a', needs: 'success' },
      { id: 'b', needs: 'end' },
    ],
  });
  const b = next();
  assert.deepEqual([b.id, claimed()], ['b', []]);
  store.fail(b, failure);
  assert.deepEqual(claimed(), ['c']);
});

test('where success is needed, failure goes down the line', () => {
  add('train');
  add('backtest', { after: [{ id: 'train', needs: 'success' }] });
  add('report', { after: [{ id: 'backtest', needs: 'success' }] });
  add('notes', { after: [{ id: 'backtest', needs: 'end' }] });
  store.fail(next(), failure);
  assert.deepEqual(['backtest', 'report'].map(status), ['failed', 'failed']);
  assert.deepEqual(store.get('backtest')?.error, {
    code: 'unavailable',
    message: 'It comes after train, which was failed.',
  });
  assert.deepEqual(claimed(), ['notes']);
  add('late', { after: [{ id: 'train', needs: 'success' }] });
  assert.equal(status('late'), 'failed');
});

test('a cancelled queued job and an interrupted one fail those that need their success', () => {
  add('a', { maxAttempts: 1 });
  add('b', { after: [{ id: 'a', needs: 'success' }] });
  store.release(next(), failure);
  add('c', { runAt: Date.now() + hour });
  add('d', { after: [{ id: 'c', needs: 'success' }] });
  store.requestCancel('c');
  assert.deepEqual(['a', 'b', 'c', 'd'].map(status), ['interrupted', 'failed', 'cancelled', 'failed']);
});

test('a job cannot come after one that is not there', () => {
  assert.throws(() => add('a', { after: [{ id: 'nobody', needs: 'end' }] }), /comes after nobody/);
  assert.equal(store.get('a'), null);
});

test('every change of status is an event, in order; a reader goes on where it stopped', () => {
  add('a');
  const job = next();
  store.heartbeat(job, { percent: 3, stage: '', etaMs: null });
  const seen = store.events(0, 10);
  store.release(job, failure);
  store.complete(next(), () => null);
  const rest = store.events(seen.at(-1)?.sequence ?? 0, 10);
  assert.deepEqual(
    [...seen, ...rest].map(({ jobId, status: then, attempt }) => `${jobId} ${then} ${attempt}`),
    ['a queued 0', 'a running 1', 'a queued 1', 'a running 2', 'a completed 2'],
  );
  assert.equal(store.events(0, 2).length, 2);
  assert.equal(store.newestEvent(), rest.at(-1)?.sequence);
});

test('workers are known while they are seen', () => {
  const worker = { id: 'w', host: 'here', pid: 7, slots: { cpu: 2, gpu: 1 }, startedAt: 5 };
  store.announce(worker);
  store.announce({ ...worker, slots: { cpu: 1 } });
  const [{ seenAt, ...known }] = store.workers();
  assert.deepEqual(known, { ...worker, slots: { cpu: 1 } });
  assert.ok(seenAt > 0);
  store.announce({ ...worker, id: 'silent' });
  database.sqlite.exec("UPDATE workers SET seen_at = seen_at - 120000 WHERE id = 'silent'");
  store.retire('w');
  assert.deepEqual(store.workers(), []);
});

test('whatever happens, nothing is taken before what it comes after, and nothing waits for ever', () => {
  const plan = fc.array(
    fc.record({
      after: fc.array(fc.tuple(fc.nat(), fc.constantFrom('end' as const, 'success' as const)), { maxLength: 3 }),
      parent: fc.option(fc.nat(), { freq: 3 }),
      priority: fc.integer({ min: -2, max: 2 }),
      fate: fc.constantFrom('complete', 'fail', 'release', 'giveBack', 'cancel'),
    }),
    { minLength: 1, maxLength: 12 },
  );
  fc.assert(
    fc.property(plan, (jobs) => {
      database.sqlite.exec('DELETE FROM job_waits; UPDATE jobs SET parent_id = NULL; DELETE FROM jobs');
      const needs = jobs.map(({ after }, k) => new Map(k === 0 ? [] : after.map(([n, need]) => [n % k, need])));
      // A child is added after its parent, and comes after none but earlier jobs that wait for nothing themselves.
      const free = (k: number) => needs[k].size === 0;
      const parents = jobs.map(({ parent }, k) => (parent === null || k === 0 || !free(k) ? null : parent % k));
      jobs.forEach(({ priority }, k) => {
        const after = [...needs[k]].map(([n, need]) => ({ id: `j${n}`, needs: need }));
        const parentId = parents[k] === null ? null : `j${parents[k]}`;
        add(`j${k}`, { priority, after, parentId });
      });
      for (let turn = 0; turn < 200; turn++) {
        const [job] = store.claim('me', 'cpu', 1);
        if (job === undefined) break;
        const k = Number(job.id.slice(1));
        for (const [n, need] of needs[k]) {
          const awaited = store.get(`j${n}`);
          assert.ok(awaited !== null && awaited.finishedAt !== null, `${job.id} before j${n}`);
          assert.ok(need === 'end' || awaited.status === 'completed', `${job.id} without the success of j${n}`);
        }
        for (const [n, parent] of parents.entries())
          if (parent === k) assert.notEqual(store.get(`j${n}`)?.finishedAt, null, `${job.id} before its child j${n}`);
        const { fate } = jobs[k];
        if (fate === 'complete' || (fate === 'giveBack' && turn > 50)) store.complete(job, () => null);
        else if (fate === 'fail') store.fail(job, failure);
        else if (fate === 'release') store.release(job, failure);
        else if (fate === 'giveBack') store.giveBack(job);
        else {
          store.requestCancel(job.id);
          store.cancelled(job);
        }
      }
      const unfinished = store.list({ limit: 100 }).filter(({ finishedAt }) => finishedAt === null);
      assert.deepEqual(unfinished, []);
    }),
    { numRuns: 200 },
  );
});
