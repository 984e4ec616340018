import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { LabError } from '@stratlab/data/error.ts';
import { type Claim, endStates, type Job, type JobStore } from '@stratlab/jobs/job-store.ts';
import { type Database, openDatabase } from '@stratlab/knowledge/database.ts';
import { jobStore } from '@stratlab/knowledge/jobs.ts';
import fc from 'fast-check';

const died = { code: 'internal', message: 'died' };

let database: Database;
let store: JobStore;

beforeEach(() => {
  database = openDatabase(':memory:');
  store = jobStore(database);
});

afterEach(() => database.close());

function add(id: string, { key = null, maxAttempts = 2 }: { key?: string | null; maxAttempts?: number } = {}) {
  return store.add({ id, kind: 'train', payload: { for: id }, key, maxAttempts });
}

function claim(): Job {
  const [job] = store.claim('me', 'cpu', 1);
  if (job === undefined) throw new Error('nothing to claim');
  return job;
}

const status = (id: string) => store.get(id)?.status;

test('jobs are claimed in the order in which they were added', () => {
  for (const id of ['b', 'a', 'c']) add(id);
  assert.deepEqual(
    ['b', 'a', 'c'].map(() => claim().id),
    ['b', 'a', 'c'],
  );
  assert.deepEqual(store.claim('me', 'cpu', 1), []);
});

test('a claimed job carries its payload, attempt and fence', () => {
  add('a');
  assert.deepEqual(claim(), {
    id: 'a',
    kind: 'train',
    payload: { for: 'a' },
    attempt: 1,
    fence: 1,
    capability: 'cpu',
    trace: null,
  });
});

test('two jobs with one key are one while the first lives', () => {
  assert.deepEqual(add('a', { key: 'k' }), { id: 'a', added: true });
  assert.deepEqual(add('b', { key: 'k' }), { id: 'a', added: false });
  const job = claim();
  assert.deepEqual(add('c', { key: 'k' }), { id: 'a', added: false });
  store.complete(job, () => null);
  assert.deepEqual(add('d', { key: 'k' }), { id: 'd', added: true });
  assert.deepEqual(add('e'), { id: 'e', added: true });
});

test('an id is used once', () => {
  add('a');
  assert.throws(() => add('a'), LabError);
});

test('a result and what the commit writes become durable together', () => {
  database.sqlite.exec('CREATE TABLE effects (x INTEGER) STRICT');
  const effects = () => database.sqlite.prepare('SELECT x FROM effects').pluck().all();
  const write = () => database.sqlite.exec('INSERT INTO effects VALUES (1)');
  add('a');
  const job = claim();
  const failing = () => {
    write();
    throw new Error('no');
  };
  assert.throws(() => store.complete(job, failing), /no/);
  assert.deepEqual([status('a'), effects()], ['running', []]);
  const commit = () => {
    write();
    return { sharpe: 0.4 };
  };
  assert.equal(store.complete(job, commit), true);
  assert.deepEqual([status('a'), store.get('a')?.result, effects()], ['completed', { sharpe: 0.4 }, [1]]);
  assert.equal(store.complete(job, commit), false);
  assert.deepEqual(effects(), [1]);
});

test('who lost the job writes nothing, whatever he tries', () => {
  add('a');
  const old = claim();
  store.release(old, died);
  const job = claim();
  const commit = () => assert.fail('the commit ran');
  const tries = [
    store.complete(old, commit),
    store.fail(old, died),
    store.cancelled(old),
    store.release(old, died),
    store.giveBack(old),
  ];
  assert.deepEqual(tries, [false, false, false, false, false]);
  assert.equal(store.heartbeat(old, { percent: 99, stage: 'late', etaMs: null }), 'lost');
  assert.deepEqual([status('a'), store.get('a')?.progress.percent], ['running', 0]);
  assert.equal(
    store.complete(job, () => null),
    true,
  );
});

test('a heartbeat raises the beat and records progress', () => {
  add('a');
  const job = claim();
  const progress = { percent: 12.5, stage: 'training', etaMs: 4000 };
  assert.equal(store.heartbeat(job, progress), 'ok');
  assert.equal(store.heartbeat(job, null), 'ok');
  assert.deepEqual(store.get('a')?.progress, progress);
  assert.deepEqual(store.leases(), [{ id: 'a', fence: 1, owner: 'me', beat: 2, cancelRequested: false }]);
});

test('a lease is reclaimed only while its beat stands still', () => {
  add('a');
  const job = claim();
  const [seen] = store.leases();
  store.heartbeat(job, null);
  assert.equal(store.reclaim(seen, died), false);
  const [seenAgain] = store.leases();
  assert.equal(store.reclaim(seenAgain, died), true);
  assert.deepEqual([status('a'), store.leases()], ['queued', []]);
});

test('a job whose processes died is tried again until its attempts are used up', () => {
  add('a', { maxAttempts: 2 });
  store.release(claim(), died);
  assert.equal(status('a'), 'queued');
  const second = claim();
  assert.equal(second.attempt, 2);
  store.release(second, died);
  assert.deepEqual([status('a'), store.get('a')?.error], ['interrupted', died]);
});

test('a job given back in good order keeps its attempts', () => {
  add('a', { maxAttempts: 1 });
  const first = claim();
  store.giveBack(first);
  const second = claim();
  assert.deepEqual([second.attempt, second.fence], [1, 2]);
  assert.equal(
    store.complete(first, () => null),
    false,
  );
});

test('a failed job keeps its error', () => {
  add('a');
  const error = { code: 'no_data', message: 'No bars.', hint: 'Import some.' };
  assert.equal(store.fail(claim(), error), true);
  assert.deepEqual([status('a'), store.get('a')?.error], ['failed', error]);
});

test('a queued job is cancelled at once, a running one is asked', () => {
  add('a');
  add('b');
  const job = claim();
  assert.deepEqual([store.requestCancel('a'), store.requestCancel('b')], ['running', 'queued']);
  assert.deepEqual([status('a'), status('b')], ['running', 'cancelled']);
  assert.equal(store.heartbeat(job, null), 'cancel');
  assert.equal(store.cancelled(job), true);
  assert.equal(status('a'), 'cancelled');
  assert.deepEqual([store.requestCancel('a'), store.requestCancel('nobody')], ['cancelled', null]);
});

test('nothing is recorded of a job after its end was asked for', () => {
  add('a');
  const job = claim();
  store.requestCancel('a');
  assert.equal(
    store.complete(job, () => assert.fail('the commit ran')),
    false,
  );
  assert.equal(store.fail(job, died), false);
  assert.equal(store.release(job, died), true);
  assert.equal(status('a'), 'cancelled');
});

test('a job that nobody asked to stop cannot end as cancelled', () => {
  add('a');
  assert.equal(store.cancelled(claim()), false);
});

test('jobs are listed newest first, by status, and counted', () => {
  for (const id of ['a', 'b', 'c']) add(id);
  store.complete(claim(), () => null);
  const ids = (records: { id: string }[]) => records.map(({ id }) => id);
  assert.deepEqual(ids(store.list({ limit: 2 })), ['c', 'b']);
  assert.deepEqual(ids(store.list({ statuses: ['completed', 'failed'], limit: 9 })), ['a']);
  assert.deepEqual(store.counts(), { queued: 2, running: 0, completed: 1, failed: 0, cancelled: 0, interrupted: 0 });
});

test('a job added in a transaction that fails was never there', () => {
  const failing = () =>
    database.transaction(() => {
      add('a');
      throw new Error('no');
    });
  assert.throws(failing, /no/);
  assert.equal(store.get('a'), null);
});

test('in any order of calls: one holder, no attempt beyond the limit, and an end is an end', () => {
  const calls: Record<string, (held: Claim) => unknown> = {
    add: () => add(crypto.randomUUID()),
    claim: () => null,
    heartbeat: (held) => store.heartbeat(held, null),
    complete: (held) => store.complete(held, () => null),
    fail: (held) => store.fail(held, died),
    cancelled: (held) => store.cancelled(held),
    release: (held) => store.release(held, died),
    giveBack: (held) => store.giveBack(held),
    requestCancel: (held) => store.requestCancel(held.id),
  };
  const step = fc.tuple(fc.constantFrom(...Object.keys(calls)), fc.nat());
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      database.sqlite.exec('DELETE FROM jobs');
      add(crypto.randomUUID());
      const claims: Claim[] = [{ id: 'nobody', fence: 1 }];
      for (const [call, k] of steps) {
        const held = claims[k % claims.length];
        const before = store.list({ limit: 100 });
        const holder = store.leases().find(({ id }) => id === held.id);
        const answer = calls[call](held);
        if (call === 'claim') claims.push(store.claim('me', 'cpu', 1).at(0) ?? held);
        if (answer === true) assert.equal(holder?.fence, held.fence);
        for (const record of before) {
          const now = store.get(record.id);
          if (endStates.includes(record.status)) assert.deepEqual(now, record);
          assert.ok((now?.attempt ?? 0) <= record.maxAttempts);
        }
      }
    }),
    { numRuns: 150 },
  );
});
