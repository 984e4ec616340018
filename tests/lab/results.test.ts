import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sliceBars } from '@stratlab/data/bars.ts';
import { LabError } from '@stratlab/data/error.ts';
import { formatDate } from '@stratlab/data/instant.ts';
import { countedTrials } from '@stratlab/knowledge/trials.ts';
import { getModel } from '@stratlab/lab/get-model.ts';
import type { Lab } from '@stratlab/lab/lab.ts';
import { readResult } from '@stratlab/lab/result-file.ts';
import { type RunBacktest, runBacktest } from '@stratlab/lab/run-backtest.ts';
import { type TrainModel, trainModel } from '@stratlab/lab/train-model.ts';
import { crossDocument, networkDocument } from '../documents.ts';
import { emptyLab, storeBars, storeMarket, storeStrategy } from '../lab-home.ts';

async function run(lab: Lab, input: RunBacktest) {
  const answer = await runBacktest(lab, input);
  assert.ok('backtest_id' in answer, JSON.stringify(answer));
  return answer;
}

async function train(lab: Lab, input: TrainModel): Promise<string> {
  const { task_id } = trainModel(lab, input);
  for (;;) {
    const task = lab.jobs.get(task_id);
    if (task?.status === 'completed') return String(Object(task.result).id);
    assert.ok(task?.status === 'queued' || task?.status === 'running', JSON.stringify(task));
    await lab.queue.changed(task_id, 1000);
  }
}

test('the same backtest gives the same bytes and is no new trial; another rule is one', async (t) => {
  const lab = emptyLab(t);
  storeMarket(lab, 'AAA', 'regime');
  storeStrategy(lab, 'one', crossDocument('AAA', 30));
  storeStrategy(lab, 'other', crossDocument('AAA', 40));
  const first = await run(lab, { strategy_name: 'one' });
  const again = await run(lab, { strategy_name: 'one' });
  assert.equal(again.result_hash, first.result_hash);
  assert.deepEqual([first.trials.new_trial, again.trials.new_trial, again.trials.family], [true, false, 1]);
  const other = await run(lab, { strategy_name: 'other' });
  assert.equal(other.trials.family, 2);
  assert.ok(
    other.trials.effective > 1 && other.trials.effective < 2,
    'two similar rules are less than two independent ones',
  );
  assert.ok((other.evidence.adjusted_p ?? 0) > (other.evidence.p ?? 1), 'the second look costs confidence');
});

test('trials are counted across copies of a market under another name and scale', async (t) => {
  const lab = emptyLab(t);
  const bars = storeMarket(lab, 'AAA', 'noise', {}, { kind: 'none' });
  const scaled = {
    ...bars,
    open: bars.open.map((x) => x * 3),
    high: bars.high.map((x) => x * 3),
    low: bars.low.map((x) => x * 3),
    close: bars.close.map((x) => x * 3),
  };
  storeBars(lab, 'ZZZ', scaled);
  storeMarket(lab, 'BBB', 'noise', { seed: 9 }, { kind: 'none' });
  storeStrategy(lab, 'one', crossDocument('AAA'));
  await run(lab, { strategy_name: 'one' });
  const copied = await run(lab, { strategy_name: 'one', symbol: 'ZZZ' });
  assert.equal(copied.trials.family_name, 'AAA');
  assert.equal(copied.trials.family, 2);
  const unrelated = await run(lab, { strategy_name: 'one', symbol: 'BBB' });
  assert.deepEqual([unrelated.trials.family_name, unrelated.trials.family], ['BBB', 1]);
});

test('no result reaches into sealed bars, and a date beyond the seal is refused', async (t) => {
  const lab = emptyLab(t);
  const bars = storeMarket(lab, 'AAA', 'noise');
  const sealedFrom = lab.store.list()[0].sealedFrom ?? Number.NaN;
  assert.ok(sealedFrom < bars.time[bars.time.length - 1]);
  storeStrategy(
    lab,
    'one',
    crossDocument('AAA', 30, {
      training_data: { ...Object(crossDocument('AAA').training_data), date_range: { end: '2099-01-01' } },
    }),
  );
  const answer = await run(lab, { strategy_name: 'one' });
  assert.ok(Date.parse(answer.span.end) < sealedFrom);
  assert.match(answer.warnings.join(), /moved back/);
  assert.equal(Date.parse(answer.data.sealed_from ?? ''), sealedFrom);
  await assert.rejects(
    run(lab, { strategy_name: 'one', end_date: formatDate(sealedFrom) }),
    (error) => error instanceof LabError && error.code === 'sealed',
  );
  await assert.rejects(
    run(lab, { strategy_name: 'one', start_date: '2099-01-01' }),
    (error) => error instanceof LabError && error.code === 'sealed',
  );
});

test('equity up to a bar is the same whatever comes after it', async (t) => {
  const [whole, cut] = [emptyLab(t), emptyLab(t)];
  const bars = storeMarket(whole, 'AAA', 'garch', {}, { kind: 'none' });
  storeBars(cut, 'AAA', sliceBars(bars, 0, 1200));
  const document = crossDocument('AAA', 30, { execution: { stop_loss: { atr: 2 }, take_profit: { percent: 0.05 } } });
  const [long, short] = await Promise.all(
    [whole, cut].map(async (lab) => {
      storeStrategy(lab, 'one', document);
      const { result_hash } = await run(lab, { strategy_name: 'one' });
      return readResult(lab.folders.results, result_hash);
    }),
  );
  const same = short.time.length - 1;
  assert.ok(same > 1000);
  assert.deepEqual(long.equity.slice(0, same), short.equity.slice(0, same));
  assert.deepEqual(long.position.slice(0, same), short.position.slice(0, same));
});

test('a model is judged on rows it never saw, learns a planted edge, and its second training is the same model', async (t) => {
  const lab = emptyLab(t);
  storeMarket(lab, 'AAA', 'fuzzy_rsi', { bars: 4000, seed: 5 }, { kind: 'none' });
  storeStrategy(lab, 'net', networkDocument(['AAA']));
  const model_id = await train(lab, { strategy_name: 'net' });
  const answer = await run(lab, { strategy_name: 'net' });
  const { segments } = getModel(lab, { model_id });
  assert.equal(answer.sample, 'out_of_sample');
  assert.ok(Date.parse(answer.span.start) >= Date.parse(segments.test?.start ?? ''));
  assert.ok(Date.parse(segments.train?.end ?? '') < Date.parse(segments.validation?.start ?? ''));
  assert.ok(Number(answer.metrics.sharpe) > 0.8, `Sharpe ${answer.metrics.sharpe}`);
  assert.equal(answer.trials.family, 1, 'the test metrics and the backtest of one model are one trial');
  assert.equal(await train(lab, { strategy_name: 'net' }), model_id);
  const other = await train(lab, { strategy_name: 'net', seed: 4 });
  assert.notEqual(other, model_id);
  assert.equal(countedTrials(lab.database, 'AAA').length, 2);
  const seen = await run(lab, { strategy_name: 'net', model_id, segment: 'train' });
  assert.equal(seen.sample, 'in_sample');
  assert.ok(['no_evidence', 'weak'].includes(seen.evidence.verdict), 'in sample is at most weak');
});

test('a model of several symbols never trains on a bar that starts after its test begins', async (t) => {
  const lab = emptyLab(t);
  storeMarket(lab, 'AAA', 'noise', { bars: 1500 }, { kind: 'none' });
  storeMarket(lab, 'BBB', 'noise', { bars: 900, seed: 2, start: Date.UTC(2001, 5, 1) }, { kind: 'none' });
  storeStrategy(lab, 'pair', networkDocument(['AAA', 'BBB']));
  const { segments, symbols } = getModel(lab, { model_id: await train(lab, { strategy_name: 'pair' }) });
  assert.deepEqual(symbols, ['AAA', 'BBB']);
  assert.ok((segments.train?.end ?? '') < (segments.validation?.start ?? ''));
  assert.ok((segments.validation?.end ?? '') < (segments.test?.start ?? ''));
});

test('what cannot be run is refused with the next step', async (t) => {
  const lab = emptyLab(t);
  storeMarket(lab, 'AAA', 'noise', { bars: 300 });
  storeStrategy(lab, 'one', crossDocument('AAA'));
  storeStrategy(lab, 'net', networkDocument(['AAA']));
  const refusals: [RunBacktest, string, RegExp][] = [
    [{ strategy_name: 'onn' }, 'not_found', /no strategy "onn"/],
    [{ strategy_name: 'one', version: 2 }, 'not_found', /no version 2/],
    [{ strategy_name: 'net' }, 'not_found', /No model/],
    [{ strategy_name: 'one', symbol: 'QQQ' }, 'not_found', /QQQ is not stored/],
    [{ strategy_name: 'one', symbol: '../../etc/passwd' }, 'invalid_input', /not a symbol/],
    [{ strategy_name: 'one', start_date: '2000-13-01' }, 'invalid_input', /not a time/],
    [{ strategy_name: 'one', execution: { fil: 'next_open' } }, 'invalid_input', /fil/],
    [{ strategy_name: 'one', segment: 'test' }, 'invalid_input', /no test segment/],
    [{ strategy_name: 'one', end_date: '2000-01-20' }, 'insufficient_data', /fewer than two bars/],
    [{ strategy_name: 'one', experiment_id: 'experiment_none' }, 'not_found', /no experiment/],
  ];
  for (const [input, code, message] of refusals) {
    await assert.rejects(
      run(lab, input),
      (error) => error instanceof LabError && error.code === code && message.test(error.message),
      JSON.stringify(input),
    );
  }
});

test('a backtest of many bars runs in a process of its own and answers the same', async (t) => {
  const lab = emptyLab(t, { STRATLAB_INLINE_BARS: '100' });
  storeMarket(lab, 'AAA', 'noise', { bars: 800 }, { kind: 'none' });
  storeStrategy(lab, 'one', crossDocument('AAA'));
  const waited = await run(lab, { strategy_name: 'one' });
  assert.equal(lab.jobs.counts().completed, 1);
  const inline = emptyLab(t);
  storeMarket(inline, 'AAA', 'noise', { bars: 800 }, { kind: 'none' });
  storeStrategy(inline, 'one', crossDocument('AAA'));
  const answer = await run(inline, { strategy_name: 'one' });
  assert.deepEqual(Object.keys(waited), Object.keys(answer));
  assert.equal(waited.result_hash, answer.result_hash);
});
