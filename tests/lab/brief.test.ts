import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addCall, addSeries } from '@stratlab/knowledge/ledger.ts';
import { endExperiment } from '@stratlab/lab/end-experiment.ts';
import { getResearchBrief } from '@stratlab/lab/get-research-brief.ts';
import type { Lab } from '@stratlab/lab/lab.ts';
import { saveInsight } from '@stratlab/lab/save-insight.ts';
import { startExperiment } from '@stratlab/lab/start-experiment.ts';
import { tools } from '@stratlab/mcp/tools/index.ts';
import { storeMarket } from '../lab-home.ts';
import { checkExample } from '../laws/tool-example.ts';
import { addJob, idleLab, recordBacktest } from '../recorded.ts';

const hypothesis = 'Calm weeks are followed by rising prices.';

test('an empty lab says so in a brief with empty parts', (t) => {
  const brief = getResearchBrief(idleLab(t), {});
  assert.equal(brief.experiment, null);
  assert.deepEqual(brief.speed, { train_ms: null, backtest_ms: null });
  assert.deepEqual([brief.tasks, brief.results, brief.held, brief.markets], [[], [], [], []]);
  assert.deepEqual(brief.warnings, ['No market data is stored yet.']);
});

test('the brief shows the open experiment, tasks, results, insights, markets and speed', (t) => {
  const lab = idleLab(t);
  storeMarket(lab, 'AAA', 'noise', { bars: 1500 });
  const { experiment_id } = startExperiment(lab, { name: 'Calm', hypothesis, budget: { trials: 5, minutes: 60 } });
  const backtest = recordBacktest(lab, { experimentId: experiment_id });
  const task = addJob(lab);
  const held = saveInsight(lab, { category: 'pattern', content: 'It holds.' }).insight_id;
  const failed = saveInsight(lab, { category: 'failure', content: 'It failed.' }).insight_id;
  const open = saveInsight(lab, { category: 'hypothesis', content: 'Try it.' }).insight_id;
  for (const durationMs of [10, 30, 500])
    addCall(lab.database, { tool: 'run_backtest', arguments: '{}', durationMs, outcome: 'ok', errorCode: null, at: 1 });
  const brief = getResearchBrief(lab, {});
  assert.equal(brief.experiment?.experiment_id, experiment_id);
  assert.equal(brief.experiment?.budget_left.trials, 4);
  assert.deepEqual([brief.tasks[0].task_id, brief.tasks[0].status], [task, 'queued']);
  assert.deepEqual([brief.results[0].backtest_id, brief.results[0].verdict], [backtest, 'no_evidence']);
  const ids = [brief.held, brief.failed, brief.hypotheses].map((found) => found.map(({ insight_id }) => insight_id));
  assert.deepEqual(ids, [[held], [failed], [open]]);
  const [market] = brief.markets;
  assert.deepEqual([market.symbol, market.trials], ['AAA', { family: 1, family_name: 'AAA' }]);
  assert.match(market.sealed_from ?? '', /^\d{4}-\d\d-\d\d$/);
  assert.ok((market.end ?? '') < (market.sealed_from ?? ''));
  assert.equal(market.costs?.source, 'auto: equity');
  assert.equal(brief.speed.backtest_ms, 30);
});

test('a topic chooses what is known about it, most important first', (t) => {
  const lab = idleLab(t);
  saveInsight(lab, { category: 'pattern', content: 'Volume says little.', importance: 10 });
  const minor = saveInsight(lab, { category: 'pattern', content: 'Momentum fades.', importance: 2 }).insight_id;
  const major = saveInsight(lab, {
    category: 'technique',
    content: 'Momentum needs a filter.',
    importance: 9,
  }).insight_id;
  const { held } = getResearchBrief(lab, { topic: 'momentum' });
  assert.deepEqual(
    held.map(({ insight_id }) => insight_id),
    [major, minor],
  );
});

test('a symbol chooses its results and market, and one that is not stored is said to be missing', (t) => {
  const lab = idleLab(t);
  storeMarket(lab, 'AAA', 'noise', { bars: 400 });
  storeMarket(lab, 'BBB', 'noise', { bars: 400, seed: 2 });
  recordBacktest(lab, { symbol: 'AAA' });
  const other = recordBacktest(lab, { symbol: 'BBB' });
  const brief = getResearchBrief(lab, { symbol: 'bbb' });
  assert.deepEqual([brief.results.map(({ backtest_id }) => backtest_id), brief.markets.length], [[other], 1]);
  assert.deepEqual(getResearchBrief(lab, { symbol: 'ZZZ' }).warnings, ['ZZZ is not stored.']);
});

test('an experiment that is asked for is shown, ended or not', async (t) => {
  const lab = idleLab(t);
  const { experiment_id } = startExperiment(lab, { name: 'Old', hypothesis });
  await endExperiment(lab, { experiment_id, conclusion: 'x', outcome: 'refuted' });
  startExperiment(lab, { name: 'New', hypothesis });
  assert.equal(getResearchBrief(lab, {}).experiment?.name, 'New');
  assert.equal(getResearchBrief(lab, { experiment_id }).experiment?.status, 'ended');
  assert.throws(() => getResearchBrief(lab, { experiment_id: 'experiment_none' }), { code: 'not_found' });
});

test('whatever the lab holds, the whole answer is at most 4 kB', async (t) => {
  const lab = idleLab(t);
  fill(lab);
  const tool = tools.find(({ name }) => name === 'get_research_brief');
  assert.ok(tool);
  for (const given of [{}, { topic: '風 '.repeat(60), symbol: 'AAA' }, { symbol: 'S1' }]) {
    const answer = await checkExample(lab, tool, tools, given);
    const bytes = Buffer.byteLength(JSON.stringify(answer));
    assert.ok(bytes <= 4000, `${bytes} bytes`);
    assert.ok(Array.isArray(answer.results) && Array.isArray(answer.next) && answer.next.length <= 3);
  }
});

test('nor do long words of the caller and of a hypothesis make it longer', async (t) => {
  const lab = idleLab(t);
  const content = '風'.repeat(8000);
  for (let i = 0; i < 4; i++)
    for (const category of ['hypothesis', 'failure', 'pattern'] as const) saveInsight(lab, { category, content });
  const tool = tools.find(({ name }) => name === 'get_research_brief');
  assert.ok(tool);
  for (const given of [{}, { topic: '風'.repeat(200) }]) {
    const bytes = Buffer.byteLength(JSON.stringify(await checkExample(lab, tool, tools, given)));
    assert.ok(bytes <= 4000, `${bytes} bytes`);
  }
});

/** A lab after months of work, every text as long as it may be and in letters of three bytes. */
function fill(lab: Lab): void {
  storeMarket(lab, 'AAA', 'noise', { bars: 400 });
  for (let i = 0; i < 12; i++) storeMarket(lab, `S${i}`, 'noise', { bars: 300, seed: i + 2 });
  const long = '風'.repeat(1900);
  lab.database.transaction(() => {
    for (let i = 0; i < 100; i++) {
      const { experiment_id } = startExperiment(lab, { name: '風'.repeat(100), hypothesis: `${long} ${i}` });
      recordBacktest(lab, { name: 'n'.repeat(60) + (i % 10), experimentId: experiment_id });
      addJob(lab, 'train', experiment_id);
    }
    for (let i = 0; i < 60; i++)
      for (const category of ['pattern', 'failure', 'hypothesis'] as const)
        saveInsight(lab, { category, content: `${long} 風 AAA ${i}`, importance: 1 + (i % 10) });
    const row = { timeframe: '1d', underlying: 'x', family: 'x', grade: 'A', findings: [], importedAt: 1 };
    for (let i = 0; i < 2000; i++) addSeries(lab.database, { ...row, symbol: `X${i}`, hash: `h${i}` });
  });
}
