import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Claim, JobStore } from '@stratlab/jobs/job-store.ts';
import { openDatabase } from '@stratlab/knowledge/database.ts';
import { jobStore } from '@stratlab/knowledge/jobs.ts';

function emptyStore(t: TestContext): JobStore {
  const database = openDatabase(':memory:');
  t.after(() => database.close());
  return jobStore(database);
}

function add(store: JobStore, id: string, { parentId, afterId }: { parentId?: string; afterId?: string } = {}): void {
  const after = afterId === undefined ? [] : [{ id: afterId, needs: 'end' as const }];
  store.add({ id, kind: 'part', payload: null, key: null, maxAttempts: 2, after, parentId: parentId ?? null });
}

function taken(store: JobStore): Claim {
  const [claim] = store.claim('me', 'cpu', 1);
  assert.ok(claim !== undefined, 'there is no job to take');
  return claim;
}

test('a parent is taken after its children, a job after the one before it', (t) => {
  const store = emptyStore(t);
  add(store, 'parent');
  add(store, 'model', { parentId: 'parent' });
  add(store, 'result', { parentId: 'parent', afterId: 'model' });
  const model = taken(store);
  assert.equal(model.id, 'model');
  assert.deepEqual(store.claim('me', 'cpu', 1), [], 'nothing else is ready');
  store.complete(model, () => null);
  const result = taken(store);
  assert.equal(result.id, 'result');
  assert.deepEqual(store.claim('me', 'cpu', 1), []);
  store.complete(result, () => null);
  assert.equal(taken(store).id, 'parent');
  assert.deepEqual(
    store.children('parent').map(({ id, parentId }) => [id, parentId]),
    [
      ['model', 'parent'],
      ['result', 'parent'],
    ],
  );
});

test('children that end badly hold nobody up', (t) => {
  const store = emptyStore(t);
  add(store, 'parent');
  add(store, 'model', { parentId: 'parent' });
  add(store, 'result', { parentId: 'parent', afterId: 'model' });
  store.fail(taken(store), { code: 'internal', message: 'no' });
  const result = taken(store);
  store.requestCancel(result.id);
  store.cancelled(result);
  assert.equal(taken(store).id, 'parent');
});

test('a child given back to the queue is waited for again', (t) => {
  const store = emptyStore(t);
  add(store, 'parent');
  add(store, 'child', { parentId: 'parent' });
  store.giveBack(taken(store));
  assert.equal(taken(store).id, 'child');
});

test('cancelling a parent cancels its children, but for those that others wait for', (t) => {
  const store = emptyStore(t);
  add(store, 'parent');
  add(store, 'running', { parentId: 'parent' });
  taken(store);
  add(store, 'queued', { parentId: 'parent' });
  add(store, 'shared', { parentId: 'parent' });
  add(store, 'own', { parentId: 'parent', afterId: 'shared' });
  add(store, 'other');
  add(store, 'stranger', { parentId: 'other', afterId: 'shared' });
  assert.equal(store.requestCancel('parent'), 'queued');
  const standing = Object.fromEntries(store.list({ limit: 10 }).map(({ id, status }) => [id, status]));
  assert.deepEqual(standing, {
    parent: 'cancelled',
    running: 'running',
    queued: 'cancelled',
    shared: 'queued',
    own: 'cancelled',
    other: 'queued',
    stranger: 'queued',
  });
  assert.equal(store.get('running')?.cancelRequested, true);
});
