import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runBacktest } from '@stratlab/lab/run-backtest.ts';
import { testStrategies } from '@stratlab/lab/test-strategies.ts';
import { trainModel } from '@stratlab/lab/train-model.ts';
import { crossDocument, networkDocument } from '../documents.ts';
import { emptyLab, storeMarket, storeStrategy } from '../lab-home.ts';

test('what a call waits for goes first, then what was asked for by itself, then the parts of a test', async (t) => {
  const lab = emptyLab(t, { STRATLAB_INLINE_BARS: '0' });
  lab.jobs.pause('the order is looked at');
  storeMarket(lab, 'AAA', 'regime', { bars: 1500 });
  storeStrategy(lab, 'cross', crossDocument('AAA'));
  storeStrategy(lab, 'net', networkDocument(['AAA']));
  const { task_id: bulk } = testStrategies(lab, { names: ['cross', 'net'], seeds: [1, 2], limit: 10 });
  const { task_id: training } = trainModel(lab, { strategy_name: 'net', seed: 7 });
  const { task_id: shared } = trainModel(lab, { strategy_name: 'net', seed: 2 });
  const answer = assert.rejects(runBacktest(lab, { strategy_name: 'cross' }), { code: 'cancelled' });
  const [awaited] = lab.jobs.list({ statuses: ['queued'], limit: 1 });

  lab.jobs.pause(null);
  const taken = lab.jobs.claim('me', 'cpu', 10).map(({ id }) => id);
  assert.deepEqual(taken.slice(0, 3), [awaited.id, shared, training]);
  const parts = lab.jobs.children(bulk).map(({ id }) => id);
  assert.ok(parts.includes(shared), 'it is a part of the test too');
  assert.deepEqual(taken.slice(3).toSorted(), parts.filter((id) => id !== shared && taken.includes(id)).toSorted());
  lab.queue.cancel(awaited.id);
  lab.jobs.cancelled({ id: awaited.id, fence: 1 });
  await answer;
});
