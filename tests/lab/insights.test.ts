import assert from 'node:assert/strict';
import { test } from 'node:test';
import { getFailedStrategies } from '@stratlab/lab/get-failed-strategies.ts';
import { saveInsight } from '@stratlab/lab/save-insight.ts';
import { searchInsights } from '@stratlab/lab/search-insights.ts';
import { startExperiment } from '@stratlab/lab/start-experiment.ts';
import { crossDocument } from '../documents.ts';
import { idleLab, recordBacktest } from '../recorded.ts';

test('what was learnt is found again by other forms of its words, with where it comes from', (t) => {
  const lab = idleLab(t);
  const { experiment_id } = startExperiment(lab, { name: 'Reversion', hypothesis: 'It comes back.' });
  const backtest = recordBacktest(lab);
  const { insight_id } = saveInsight(lab, {
    category: 'failure',
    content: 'Reversions on SPX lose to holding.',
    tags: ['RSI'],
    experiment_id,
    evidence_ids: [backtest, backtest],
  });
  saveInsight(lab, { category: 'technique', content: 'Something about volume.' });
  const [found, ...others] = searchInsights(lab, { query: 'reversion' });
  assert.equal(others.length, 0);
  assert.deepEqual(
    [found.insight_id, found.category, found.tags, found.importance, found.evidence_ids],
    [insight_id, 'failure', ['RSI'], 5, [backtest]],
  );
  assert.equal(found.context.experiment, 'Reversion');
  assert.match(found.context.date, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  assert.ok(found.score > 0);
});

test('category, tags and importance narrow a search, and importance comes first', (t) => {
  const lab = idleLab(t);
  const content = 'Volatility clusters.';
  const minor = saveInsight(lab, { category: 'pattern', content, importance: 2, tags: ['a', 'b'] }).insight_id;
  const major = saveInsight(lab, { category: 'pattern', content, importance: 9, tags: ['a'] }).insight_id;
  const ids = (filter: object) =>
    searchInsights(lab, { query: 'volatility', ...filter }).map((found) => found.insight_id);
  assert.deepEqual(ids({}), [major, minor]);
  assert.deepEqual(ids({ min_importance: 5 }), [major]);
  assert.deepEqual(ids({ tags: ['A', 'b'] }), [minor]);
  assert.deepEqual(ids({ category: 'failure' }), []);
});

test('no query can break the search', (t) => {
  const lab = idleLab(t);
  saveInsight(lab, { category: 'pattern', content: 'Plain words.' });
  for (const query of ['"', 'a OR', 'NEAR(', '*', "'; DROP TABLE insights", 'content:x', '-', '(', '\u0000'])
    assert.ok(Array.isArray(searchInsights(lab, { query })));
  assert.equal(searchInsights(lab, { query: 'plain AND NOT (' }).length, 1);
});

test('evidence that does not exist is named', (t) => {
  const lab = idleLab(t);
  const evidence_ids = [recordBacktest(lab), 'backtest_none'];
  assert.throws(() => saveInsight(lab, { category: 'success', content: 'x', evidence_ids }), {
    code: 'not_found',
    path: 'evidence_ids.1',
    message: 'There is no backtest, model, experiment or insight "backtest_none".',
  });
});

test('a success has to cite a backtest that shows one', (t) => {
  const lab = idleLab(t);
  const save = (evidence_ids: string[]) =>
    saveInsight(lab, { category: 'success', content: 'x', evidence_ids }).warnings;
  assert.match(save([])[0], /cites no backtest/);
  assert.match(save([recordBacktest(lab)])[0], /judged no_evidence/);
  assert.deepEqual(save([recordBacktest(lab, { verdict: 'weak' })]), []);
});

test('the same thing learnt twice is said to be known', (t) => {
  const lab = idleLab(t);
  const content = 'Opens equal the previous close before 2008, so next_open fills are too good.';
  const first = saveInsight(lab, { category: 'pattern', content }).insight_id;
  const { similar } = saveInsight(lab, { category: 'pattern', content: `${content} Use next_close.` });
  assert.deepEqual([similar[0].id, similar[0].came_of_it], [first, 'pattern, importance 5']);
});

test('a strategy has failed without evidence or below buy-and-hold, each with its reasons', (t) => {
  const lab = idleLab(t);
  recordBacktest(lab, { name: 'hopeless' });
  recordBacktest(lab, { name: 'slow', verdict: 'weak', sharpe: 0.3 });
  recordBacktest(lab, { name: 'good', verdict: 'moderate', sharpe: 1.2 });
  const { failures } = getFailedStrategies(lab, {});
  assert.deepEqual(Object.fromEntries(failures.map(({ name, reasons }) => [name, reasons])), {
    hopeless: ['The chance figure of hopeless decided.', 'Sharpe ratio 0.20 after costs, 0.40 for buy-and-hold.'],
    slow: ['Sharpe ratio 0.30 after costs, 0.40 for buy-and-hold.'],
  });
  const below = getFailedStrategies(lab, { below: { sharpe: 1.5 } }).failures.find(({ name }) => name === 'good');
  assert.deepEqual(below?.reasons, ['sharpe 1.2 is below 1.5.']);
  assert.equal(below?.metrics.sharpe, 1.2);
});

test('failures are chosen by symbol, timeframe, indicator and date, and say what they share', (t) => {
  const lab = idleLab(t);
  const rsi = { indicators: { r: { type: 'RSI' } }, rules: { enter_long: 'r < 30', exit_long: 'r > 50' } };
  recordBacktest(lab, { name: 'cross', at: Date.UTC(2020, 0, 1), metrics: { final_equity: 99_500 } });
  recordBacktest(lab, { name: 'cross_again', metrics: { final_equity: 99_500 } });
  recordBacktest(lab, { name: 'rsi', document: crossDocument('AAA', 30, rsi), symbol: 'BBB', timeframe: '1h' });
  const names = (criteria: object) =>
    getFailedStrategies(lab, criteria)
      .failures.map(({ name }) => name)
      .sort();
  assert.deepEqual(names({ symbol: 'aaa' }), ['cross', 'cross_again']);
  assert.deepEqual(names({ timeframe: '1h' }), ['rsi']);
  assert.deepEqual(names({ indicator: 'rsi' }), ['rsi']);
  assert.deepEqual(names({ indicator: 'SMA' }), ['cross', 'cross_again']);
  assert.deepEqual(names({ since: '2021-01-01' }), ['cross_again', 'rsi']);
  const { common } = getFailedStrategies(lab, {});
  for (const sentence of [
    '3 of 3 decide by rules',
    '3 of 3 trade long only',
    '2 of 3 use sma',
    '2 of 3 earned before costs and lost after them',
  ])
    assert.ok(common.includes(sentence), `${sentence}: ${JSON.stringify(common)}`);
});

test('only the newest result of a strategy on a series says whether it failed', (t) => {
  const lab = idleLab(t);
  recordBacktest(lab, { at: 1000 });
  recordBacktest(lab, { at: 2000, verdict: 'strong', sharpe: 2 });
  assert.deepEqual(getFailedStrategies(lab, {}).failures, []);
});

test('unknown metrics, indicators and dates are refused at their path', (t) => {
  const lab = idleLab(t);
  assert.throws(() => getFailedStrategies(lab, { below: { sharp: 1 } }), { path: 'criteria.below.sharp' });
  assert.throws(() => getFailedStrategies(lab, { indicator: 'rsii' }), { hint: 'Did you mean "rsi"?' });
  assert.throws(() => getFailedStrategies(lab, { since: 'yesterday' }), { path: 'criteria.since' });
});
