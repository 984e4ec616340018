import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { type Queue, startQueue } from '@stratlab/jobs/queue.ts';
import { answerCall, bookCallSchema, remoteBooks } from '@stratlab/jobs/remote-books.ts';
import { Unreachable } from '@stratlab/jobs/unreachable.ts';
import { fromWire, toWire } from '@stratlab/jobs/wire.ts';
import { startWork, type Work } from '@stratlab/jobs/work.ts';
import fc from 'fast-check';
import { leaseMs, QueueHome, queueEntry, until } from '../faults/queue-home.ts';

test('what JSON can say and columns of any numbers travel unchanged', () => {
  const number = fc.oneof(fc.double(), fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY));
  const column = fc.float64Array().map((values) => Float64Array.from(values));
  const leaf = fc.oneof(
    fc.string(),
    fc.boolean(),
    fc.constant(null),
    number.map((n) => (n === 0 ? 0 : n)),
    column,
  );
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      leaf,
      fc.array(tie('value')),
      fc.dictionary(fc.stringMatching(/^[a-z]+$/), tie('value')),
    ),
  }));
  fc.assert(fc.property(value, (sent) => assert.deepEqual(fromWire(toWire(sent)), JSON.parse('null') ?? plain(sent))));
});

/** fast-check makes objects without a prototype. */
const plain = (value: unknown) => structuredClone(value);

let home: QueueHome;
let queue: Queue;
let work: Work;
let patience: AbortController;
/** Whether the next call gets through, and whether its answer does. */
let line: { call: boolean; answer: boolean };
let warned: string[];

beforeEach(() => {
  home = new QueueHome();
  patience = new AbortController();
  line = { call: true, answer: true };
  warned = [];
  const commit = (job: { id: string; attempt: number }, outcome: unknown) => {
    home.database.sqlite.prepare('INSERT INTO effects VALUES (?, ?)').run(job.id, job.attempt);
    return outcome;
  };
  queue = startQueue({ store: home.store, entry: queueEntry, slots: {}, leaseMs, commit });
  const books = remoteBooks(async (call) => {
    if (!line.call) throw new Unreachable('the call is lost');
    const answer = toWire(await answerCall(queue.booksFor('far away'), bookCallSchema.parse(fromWire(toWire(call)))));
    if (!line.answer) throw new Unreachable('the answer is lost');
    return fromWire(answer);
  }, patience.signal);
  const log = (level: string, message: string) => level === 'warn' && warned.push(message);
  work = startWork({ books, entry: queueEntry, slots: { cpu: 2 }, leaseMs, ready: null, log });
});

afterEach(async () => {
  line = { call: true, answer: true };
  await work.stop({ drain: false });
  await queue.stop({ drain: false });
  home.close();
});

test('jobs run far away as they do here', async () => {
  const ids = [home.add('wait'), home.add('refuse'), home.add('columns')];
  await Promise.all(ids.map((id) => home.ended(id)));
  assert.deepEqual(
    ids.map((id) => home.record(id).status),
    ['completed', 'failed', 'completed'],
  );
  assert.equal(home.record(ids[1]).error?.hint, 'Set period to 14.');
});

test('a cancelled busy loop far away is ended', async () => {
  const id = home.add('busy');
  await home.started(id);
  queue.cancel(id);
  await home.ended(id);
  assert.equal(home.record(id).status, 'cancelled');
});

test('an outcome whose acknowledgement was lost is handed in again, and counts once', async () => {
  const id = home.add('wait', { ms: 200 });
  await home.started(id);
  line.answer = false;
  await home.ended(id);
  line.answer = true;
  const next = home.add('wait');
  await home.ended(next);
  assert.deepEqual(home.effects(), [
    { job: id, attempt: 1 },
    { job: next, attempt: 1 },
  ]);
  assert.ok(!warned.includes('A job ended after it was lost.'), 'it was not lost');
});

test('a job whose holder cannot be heard for longer than the lease is run again by another; the late outcome is refused', async () => {
  const id = home.add('wait', { ms: 200 });
  await home.started(id);
  line.call = false;
  await until('the job is free again', () => home.record(id).status === 'queued');
  const near = startQueue({
    store: home.store,
    entry: queueEntry,
    slots: { cpu: 1 },
    leaseMs,
    commit: (_, found) => found,
  });
  await home.ended(id);
  line.call = true;
  await until('the late outcome is refused', () => warned.includes('A job ended after it was lost.'));
  const next = home.add('wait');
  await home.ended(next);
  await near.stop({ drain: true });
  assert.deepEqual([home.record(id).attempt, home.effects().filter(({ job }) => job === id)], [2, []]);
});

test('a lab that cannot be reached is a warning until it can be', async () => {
  line.call = false;
  await until('the worker has missed it', () => warned.includes('No jobs could be taken.'));
  line.call = true;
  const id = home.add('wait');
  await home.ended(id);
  assert.equal(home.record(id).status, 'completed');
});
