import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Job } from '@stratlab/jobs/job-store.ts';
import { jobSchema } from '@stratlab/jobs/messages.ts';
import type { BookCall } from '@stratlab/jobs/remote-books.ts';
import { fromWire, toWire } from '@stratlab/jobs/wire.ts';
import { listBacktests } from '@stratlab/knowledge/results.ts';
import { orderOf } from '@stratlab/lab/run-backtest.ts';
import { runOrder } from '@stratlab/lab/run-order.ts';
import { answerLetter } from '@stratlab/lab/worker-letters.ts';
import { z } from 'zod';
import { crossDocument } from '../documents.ts';
import { storeMarket, storeStrategy } from '../lab-home.ts';
import { idleLab } from '../recorded.ts';

test('a worker that did not hear that its result was committed hands it in again, and hears so', async (t) => {
  const lab = idleLab(t);
  storeMarket(lab, 'AAA', 'regime', { bars: 1500 });
  storeStrategy(lab, 'cross', crossDocument('AAA'));
  const { order } = orderOf(lab, { strategy_name: 'cross' });
  lab.jobs.add({ id: 'task', kind: 'backtest', payload: order, key: null, maxAttempts: 3 });
  const say = async (asked: BookCall) =>
    fromWire(await answerLetter(lab, null, toWire({ type: 'books', worker: 'far away', asked })));
  const [job] = z.array(jobSchema).parse(await say({ call: 'claim', capability: 'cpu', most: 1 }));
  const outcome = runOrder(lab.store, lab.folders, order);
  const handIn = (held: Job) => say({ call: 'complete', job: held, outcome });
  assert.deepEqual([await handIn(job), await handIn(job)], [true, true]);
  assert.equal(await handIn({ ...job, fence: job.fence + 1 }), false);
  assert.equal(lab.jobs.get('task')?.status, 'completed');
  assert.equal(listBacktests(lab.database, {}).length, 1);
});
