import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { addExperiment } from '@stratlab/knowledge/experiments.ts';
import { chartPng } from '@stratlab/lab/chart-png.ts';
import { chartSubjects } from '@stratlab/lab/chart-subjects.ts';
import { runBacktest } from '@stratlab/lab/run-backtest.ts';
import { trainModel } from '@stratlab/lab/train-model.ts';
import { writeReport } from '@stratlab/lab/write-report.ts';
import { networkDocument } from '../documents.ts';
import { emptyLab, storeMarket, storeStrategy } from '../lab-home.ts';

test('every kind of chart is drawn of what it says, and the report shows the whole experiment', async (t) => {
  const lab = emptyLab(t);
  storeMarket(lab, 'AAA', 'fuzzy_rsi', { bars: 1500 }, { kind: 'none' });
  storeStrategy(lab, 'net', networkDocument(['AAA']));
  const experimentId = 'experiment_pictures';
  addExperiment(lab.database, {
    id: experimentId,
    name: 'Pictures',
    hypothesis: 'Charts <are> drawn',
    tags: [],
    createdAt: Date.now(),
  });
  const { task_id } = trainModel(lab, { strategy_name: 'net', experiment_id: experimentId });
  while (lab.jobs.get(task_id)?.status !== 'completed') await lab.queue.changed(task_id, 1000);
  const model = String(Object(lab.jobs.get(task_id)?.result).id);
  const answer = await runBacktest(lab, { strategy_name: 'net', experiment_id: experimentId });
  assert.ok('backtest_id' in answer);
  const subjects: Record<string, string> = { loss: model, reliability: model, fuzzy_sets: 'net', market: 'AAA:1d' };
  for (const kind of Object.keys(chartSubjects)) {
    const png = await chartPng(lab, { id: subjects[kind] ?? answer.backtest_id, kind });
    assert.equal(Buffer.from(png.subarray(1, 4)).toString(), 'PNG', kind);
    assert.ok(png.length > 5000, `${kind} has ${png.length} bytes`);
  }
  const page = readFileSync(writeReport(lab, experimentId), 'utf8');
  for (const part of [
    'Charts &lt;are&gt; drawn',
    answer.backtest_id,
    model,
    answer.fingerprint.slice(0, 8),
    'buy and hold',
  ]) {
    assert.ok(page.toLowerCase().includes(part.toLowerCase()), part);
  }
});
