import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { getLabStatus } from '@stratlab/lab/get-lab-status.ts';
import { codeVersion } from '@stratlab/lab/version.ts';
import { emptyLab, storeMarket } from '../lab-home.ts';
import { addJob } from '../recorded.ts';

test('the lab says what it is, what runs on what, and where things lie', async (t) => {
  const lab = emptyLab(t, { STRATLAB_WORKERS: '3' });
  const status = await getLabStatus(lab);
  assert.deepEqual([status.version, status.pid, status.node], [codeVersion, process.pid, process.versions.node]);
  const available = status.engine.filter((engine) => engine.available).map(({ id }) => id);
  assert.deepEqual(available.slice(0, 2), ['simd', 'reference']);
  assert.deepEqual(
    status.engine_choice.map(({ model, engine }) => [model, engine]),
    [
      ['mlp', 'simd'],
      ['logistic', 'simd'],
      ['lstm', 'simd'],
      ['gru', 'simd'],
      ['anfis', 'reference'],
      ['gradient_boosting', 'reference'],
    ],
  );
  assert.equal(status.workers.concurrency, 3);
  assert.ok(status.devices.cores >= 1 && status.devices.memory > status.devices.memory_free);
  assert.ok(existsSync(status.database.file) && status.database.size > 0 && status.database.schema_version >= 2);
  assert.equal(status.home, lab.configuration.home);
  assert.match(status.warnings[0], /No market data/);
});

test('series, seals and the queue are counted', async (t) => {
  const lab = emptyLab(t);
  storeMarket(lab, 'AAA', 'noise', { bars: 400 });
  storeMarket(lab, 'BBB', 'noise', { bars: 400, seed: 2 }, { kind: 'none' });
  addJob(lab);
  const { seals, queue, warnings } = await getLabStatus(lab);
  assert.deepEqual([seals, queue.queued, warnings], [{ series: 2, underlyings: 2, sealed: 1 }, 1, []]);
});
