import assert from 'node:assert/strict';
import { test } from 'node:test';
import { timeline } from '@stratlab/knowledge/experiments.ts';
import { type EndExperiment, endExperiment } from '@stratlab/lab/end-experiment.ts';
import { getExperiment } from '@stratlab/lab/get-experiment.ts';
import type { Lab } from '@stratlab/lab/lab.ts';
import { listExperiments } from '@stratlab/lab/list-experiments.ts';
import { saveInsight } from '@stratlab/lab/save-insight.ts';
import { startExperiment } from '@stratlab/lab/start-experiment.ts';
import { addJob, idleLab, recordBacktest } from '../recorded.ts';

const criterion = { metric: 'sharpe', threshold: 0.5 };
const hypothesis = 'Calm weeks after a storm are followed by rising prices.';
const conclusion = 'Looked, and this is what was there.';

/** Ends an experiment. Backtests that are only recorded have no result to report on, which is no matter here. */
async function end(lab: Lab, input: EndExperiment) {
  const { warnings, ...ended } = await endExperiment(lab, input);
  return { ...ended, warnings: warnings.filter((warning) => !warning.startsWith('No report')) };
}

test('an experiment begins with its criterion on record and an event', (t) => {
  const lab = idleLab(t);
  const { experiment_id: id, similar, warnings } = startExperiment(lab, { name: 'Calm', hypothesis, criterion });
  assert.deepEqual([similar, warnings], [[], []]);
  const [event] = timeline(lab.database, id);
  assert.equal(event.summary, `started: ${hypothesis} Criterion: sharpe of at least 0.5.`);
  const { criterion: kept, status, budget_left } = getExperiment(lab, { experiment_id: id });
  assert.deepEqual([kept, status, budget_left], [criterion, 'open', { trials: null, minutes: null }]);
});

test('a criterion on something that is no metric is refused with the nearest one', (t) => {
  const lab = idleLab(t);
  const start = (metric: string) =>
    startExperiment(lab, { name: 'x', hypothesis, criterion: { metric, threshold: 1 } });
  const expected = { code: 'invalid_input', path: 'criterion.metric', hint: 'Did you mean "sharpe"?' };
  assert.throws(() => start('sharp'), expected);
  assert.throws(() => start('zzz'), { hint: /total_return, cagr/ });
});

test('a parent that does not exist is named', (t) => {
  const input = { name: 'x', hypothesis, parent_id: 'experiment_none' };
  assert.throws(() => startExperiment(idleLab(t), input), { code: 'not_found', path: 'parent_id' });
});

test('earlier work in similar words is named with what came of it', async (t) => {
  const lab = idleLab(t);
  const first = startExperiment(lab, { name: 'Calm after storms', hypothesis }).experiment_id;
  startExperiment(lab, { name: 'Momentum', hypothesis: 'Winners of the last year keep winning.' });
  await end(lab, { experiment_id: first, outcome: 'refuted', conclusion: 'No drift at all.' });
  const content = 'Prices after a storm rise no more in calm weeks than otherwise.';
  saveInsight(lab, { category: 'failure', content, importance: 8 });
  const { similar } = startExperiment(lab, {
    name: 'Storms',
    hypothesis: 'After storms, calm weeks mean rising prices.',
  });
  assert.deepEqual(similar.map(({ kind, came_of_it }) => [kind, came_of_it]).sort(), [
    ['experiment', 'refuted after 0 trials: No drift at all.'],
    ['insight', 'failure, importance 8'],
  ]);
  assert.ok(similar.every(({ score }) => score > 0.3 && score <= 1));
});

test('an experiment without a criterion is told that nothing would refute it', (t) => {
  const { warnings } = startExperiment(idleLab(t), { name: 'x', hypothesis });
  assert.match(warnings[0], /criterion/);
});

test('the criterion is checked against the best result out of sample', async (t) => {
  const lab = idleLab(t);
  const { experiment_id: id } = startExperiment(lab, { name: 'x', hypothesis, criterion });
  recordBacktest(lab, { sample: 'in_sample', sharpe: 3, experimentId: id });
  const best = recordBacktest(lab, { sample: 'out_of_sample', sharpe: 0.6, experimentId: id });
  recordBacktest(lab, { sample: 'out_of_sample', sharpe: 0.1, experimentId: id });
  const { criterion_check, spent, warnings } = await end(lab, {
    experiment_id: id,
    conclusion,
    outcome: 'supported',
  });
  assert.deepEqual(criterion_check, {
    ...criterion,
    best: 0.6,
    sample: 'out_of_sample',
    backtest_id: best,
    met: true,
  });
  assert.equal(spent.trials, 3);
  assert.deepEqual(warnings, []);
});

test('support without a result out of sample is doubted', async (t) => {
  const lab = idleLab(t);
  const { experiment_id: id } = startExperiment(lab, { name: 'x', hypothesis, criterion });
  recordBacktest(lab, { sample: 'mixed', sharpe: 2, experimentId: id });
  const { criterion_check, warnings } = await end(lab, { experiment_id: id, conclusion, outcome: 'supported' });
  assert.deepEqual([criterion_check?.met, criterion_check?.best, criterion_check?.sample], [false, 2, 'mixed']);
  assert.match(warnings[0], /no out-of-sample backtest.*mixed it is at best 2/);
});

test('a criterion missed and an outcome that says otherwise are told apart, in both directions', async (t) => {
  const lab = idleLab(t);
  const told = async (sharpe: number, outcome: 'supported' | 'refuted' | 'inconclusive') => {
    const { experiment_id: id } = startExperiment(lab, { name: 'x', hypothesis, criterion });
    recordBacktest(lab, { sample: 'out_of_sample', sharpe, experimentId: id });
    return (await end(lab, { experiment_id: id, conclusion, outcome })).warnings;
  };
  assert.match((await told(0.4, 'supported'))[0], /Supported, though the criterion was sharpe of at least 0.5/);
  assert.match(
    (await told(0.7, 'refuted'))[0],
    /Called refuted, though the criterion of sharpe of at least 0.5 was met/,
  );
  assert.deepEqual(await told(0.4, 'refuted'), []);
});

test('metrics of which less is better are met from below', async (t) => {
  const lab = idleLab(t);
  const { experiment_id: id } = startExperiment(lab, {
    name: 'x',
    hypothesis,
    criterion: { metric: 'ulcer_index', threshold: 0.1 },
  });
  recordBacktest(lab, { sample: 'out_of_sample', metrics: { ulcer_index: 0.05 }, experimentId: id });
  recordBacktest(lab, { sample: 'out_of_sample', metrics: { ulcer_index: 0.2 }, experimentId: id });
  const { criterion_check } = await end(lab, { experiment_id: id, conclusion, outcome: 'supported' });
  assert.deepEqual([criterion_check?.best, criterion_check?.met], [0.05, true]);
});

test('an experiment ends once, and says what it overspent', async (t) => {
  const lab = idleLab(t);
  const { experiment_id: id } = startExperiment(lab, { name: 'x', hypothesis, criterion, budget: { trials: 1 } });
  recordBacktest(lab, { experimentId: id });
  recordBacktest(lab, { experimentId: id });
  assert.deepEqual(getExperiment(lab, { experiment_id: id }).budget_left, { trials: 0, minutes: null });
  const input = { experiment_id: id, conclusion, outcome: 'refuted' } as const;
  assert.deepEqual((await end(lab, input)).warnings, ['It has spent 2 of 1 trials.']);
  await assert.rejects(end(lab, input), { code: 'invalid_input', path: 'experiment_id' });
  await assert.rejects(end(lab, { ...input, experiment_id: 'no' }), { code: 'not_found' });
});

test('the record of an experiment tells everything in the order of time, and the best result first', async (t) => {
  const lab = idleLab(t);
  const { experiment_id: id } = startExperiment(lab, { name: 'x', hypothesis, criterion });
  const poor = recordBacktest(lab, { sharpe: 0.1, experimentId: id });
  const good = recordBacktest(lab, { sharpe: 0.9, experimentId: id });
  const task = addJob(lab, 'train', id);
  const { insight_id } = saveInsight(lab, { category: 'pattern', content: 'It rises.', experiment_id: id });
  await end(lab, { experiment_id: id, conclusion, outcome: 'inconclusive' });
  const { timeline: rows, results, spent } = getExperiment(lab, { experiment_id: id });
  assert.deepEqual(rows.map(([, kind]) => kind).sort(), ['experiment', 'experiment', 'insight', 'task']);
  assert.match(String(rows.at(-1)?.[3]), /^ended, inconclusive/);
  assert.ok(rows.some((row) => row[2] === task && row[3] === 'train cross v1 on AAA 1d: queued'));
  assert.ok(rows.some((row) => row[2] === insight_id));
  assert.deepEqual(
    results.map(([backtest]) => backtest),
    [good, poor],
  );
  assert.equal(spent.trials, 2);
});

test('experiments are listed by status and words, newest first', async (t) => {
  const lab = idleLab(t);
  const one = startExperiment(lab, { name: 'Calm', hypothesis, criterion, tags: ['regime'] }).experiment_id;
  const two = startExperiment(lab, { name: 'Momentum', hypothesis: 'Winners win.' }).experiment_id;
  await end(lab, { experiment_id: one, conclusion, outcome: 'refuted' });
  const ids = (filter: object) => listExperiments(lab, filter).map(([id]) => id);
  assert.deepEqual(ids({}).toSorted(), [one, two].toSorted());
  assert.deepEqual(ids({ status: 'open' }), [two]);
  assert.deepEqual(ids({ status: 'ended', query: 'regime' }), [one]);
  assert.deepEqual(listExperiments(lab, { query: 'Calm' })[0].slice(1, 6), [
    'Calm',
    'ended',
    'refuted',
    'sharpe of at least 0.5',
    0,
  ]);
});
