import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { Books } from '@stratlab/jobs/books.ts';
import type { Job, JobRecord } from '@stratlab/jobs/job-store.ts';
import { type Queue, startQueue } from '@stratlab/jobs/queue.ts';
import { answerCall, bookCallSchema, remoteBooks } from '@stratlab/jobs/remote-books.ts';
import { fromWire, toWire } from '@stratlab/jobs/wire.ts';
import { leaseMs, QueueHome, queueEntry } from '../faults/queue-home.ts';

const failure = { code: 'no_data', message: 'No bars.' };

/** As they are here, and as they are over a wire. */
const kinds: Record<string, (books: Books) => Books> = {
  here: (books) => books,
  elsewhere: (books) =>
    remoteBooks(async (call) => {
      const heard = bookCallSchema.parse(fromWire(toWire(call)));
      return fromWire(toWire(await answerCall(books, heard)));
    }, new AbortController().signal),
};

for (const [where, booksOf] of Object.entries(kinds)) {
  describe(`books ${where}`, () => {
    let home: QueueHome;
    let queue: Queue;
    let books: Books;
    let commits: string[];
    let told: string[];

    beforeEach(() => {
      home = new QueueHome();
      commits = [];
      told = [];
      const commit = ({ id }: Job, outcome: unknown) => {
        commits.push(id);
        if (outcome === 'bad') throw new Error('no room');
        return outcome;
      };
      const onEvent = ({ status }: JobRecord) => told.push(status);
      queue = startQueue({ store: home.store, entry: queueEntry, slots: {}, leaseMs, commit, onEvent });
      books = booksOf(queue.booksFor('worker'));
    });

    afterEach(async () => {
      await queue.stop({ drain: false });
      home.close();
    });

    async function taken(): Promise<Job> {
      const [job] = await books.claim('cpu', 1);
      assert.ok(job !== undefined, 'nothing is ready');
      told.length = 0;
      return job;
    }

    test('an end that is said twice counts once, and is told once', async () => {
      home.add('wait');
      const job = await taken();
      assert.deepEqual([await books.complete(job, 7), await books.complete(job, 7)], [true, true]);
      assert.deepEqual([home.record(job.id).result, commits, told], [7, [job.id], ['completed']]);
    });

    test('a failure and a cancel may be said twice too', async () => {
      home.add('wait');
      const failed = await taken();
      assert.deepEqual([await books.fail(failed, failure), await books.fail(failed, failure)], [true, true]);
      home.add('wait');
      const cancelled = await taken();
      queue.cancel(cancelled.id);
      assert.deepEqual([await books.complete(cancelled, 7), await books.fail(cancelled, failure)], [false, false]);
      assert.deepEqual([await books.cancelled(cancelled), await books.cancelled(cancelled)], [true, true]);
      assert.deepEqual(
        [failed, cancelled].map(({ id }) => home.record(id).status),
        ['failed', 'cancelled'],
      );
    });

    test('an outcome that could not be committed is not tried again', async () => {
      home.add('wait');
      const job = await taken();
      assert.deepEqual([await books.complete(job, 'bad'), await books.complete(job, 'bad')], [true, true]);
      assert.deepEqual([home.record(job.id).status, commits, told], ['failed', [job.id], ['failed']]);
    });

    test('who lost the job hears so, whoever has ended it', async () => {
      home.add('wait');
      const old = await taken();
      home.store.release(old, failure);
      const job = await taken();
      assert.equal(await books.complete(old, 7), false);
      assert.equal(await books.complete(job, 8), true);
      assert.deepEqual([await books.complete(old, 7), await books.fail(old, failure)], [false, false]);
      assert.deepEqual([home.record(job.id).result, commits], [8, [job.id]]);
    });

    test('a job that was given up with its last attempt is lost', async () => {
      home.add('wait', { maxAttempts: 1 });
      const job = await taken();
      home.store.release(job, failure);
      assert.deepEqual([await books.complete(job, 7), await books.cancelled(job)], [false, false]);
      assert.deepEqual([home.record(job.id).status, commits], ['interrupted', []]);
    });
  });
}
