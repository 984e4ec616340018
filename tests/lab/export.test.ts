import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { sliceBars } from '@stratlab/data/bars.ts';
import { LabError } from '@stratlab/data/error.ts';
import { exportSeries } from '@stratlab/lab/export-series.ts';
import { importSeries } from '@stratlab/lab/import-series.ts';
import { emptyLab, storeMarket } from '../lab-home.ts';

test('what was exported comes back to the same bits, and nothing sealed was in it', async (t) => {
  const lab = emptyLab(t);
  const bars = storeMarket(lab, 'AAA', 'noise', { bars: 2000 });
  const [{ visible }] = lab.store.list();
  for (const extension of ['parquet', 'csv']) {
    const path = join(lab.configuration.home, `bars.${extension}`);
    const { rows } = await exportSeries(lab, { path, symbol: 'AAA', timeframe: '1d' });
    assert.equal(rows, visible.rows);
    const other = emptyLab(t);
    await importSeries(other, { path, symbol: 'AAA', timeframe: '1d', seal: { kind: 'none' } });
    const { bars: back } = other.store.read('AAA', '1d');
    assert.deepEqual(back.close, sliceBars(bars, 0, visible.rows).close);
    assert.deepEqual(back.time, sliceBars(bars, 0, visible.rows).time);
  }
  const nowhere = exportSeries(lab, {
    path: join(lab.configuration.home, 'bars.xlsx'),
    symbol: 'AAA',
    timeframe: '1d',
  });
  await assert.rejects(nowhere, (error) => error instanceof LabError && error.code === 'invalid_input');
});
