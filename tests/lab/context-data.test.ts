import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Bars, mapColumns, sliceBars } from '@stratlab/data/bars.ts';
import { generateBars } from '@stratlab/data/market.ts';
import { findMarket } from '@stratlab/data/markets/index.ts';
import { requireBacktest } from '@stratlab/lab/find-backtest.ts';
import { getModel } from '@stratlab/lab/get-model.ts';
import type { Lab } from '@stratlab/lab/lab.ts';
import { learn } from '@stratlab/lab/learn.ts';
import { readMarket } from '@stratlab/lab/market.ts';
import { runBacktest } from '@stratlab/lab/run-backtest.ts';
import { requireStrategy } from '@stratlab/lab/strategy-language.ts';
import { trainModel } from '@stratlab/lab/train-model.ts';
import { readArtifact } from '@stratlab/models/artifact.ts';
import { StrategyView } from '@stratlab/strategies/market-view.ts';
import { emptyLab, storeBars, storeStrategy } from '../lab-home.ts';
import { markOf, strategyOf, warningsOf } from '../strategy-documents.ts';

const hour = 3_600_000;
const hours = generateBars(findMarket('noise'), { timeframe: '1h', bars: 900, seed: 1 });
const days = generateBars(findMarket('noise'), { timeframe: '1d', bars: 60, seed: 2 });
const daily: Bars = {
  ...days,
  time: days.time.map((_, day) => 24 * hour * (Math.floor(hours.time[0] / (24 * hour)) - 10 + day)),
};

const context_data = [{ symbol: 'BBB', timeframe: '1d' }];

function document(extra: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    training_data: { symbols: { mode: 'single', symbol: 'AAA' }, timeframes: { mode: 'single', timeframe: '1h' } },
    context_data,
    indicators: {
      beside: { type: 'sma', period: 3, data_source: 'BBB' },
      last: { type: 'formula', formula: 'series("BBB").close' },
    },
    rules: { enter_long: 'last > beside', exit_long: 'last < beside' },
    ...extra,
  };
}

function labWith(t: Parameters<typeof emptyLab>[0], own: Bars, beside: Bars): Lab {
  const lab = emptyLab(t);
  storeBars(lab, 'AAA', own, '1h');
  storeBars(lab, 'BBB', beside, '1d');
  return lab;
}

function columns(lab: Lab) {
  const view = new StrategyView(strategyOf(document()), readMarket(lab.store, 'AAA', '1h').view);
  return { beside: view.column('beside', '1h'), last: view.column('last', '1h') };
}

test('a series on a timeframe of its own is seen from the close of its bars on', (t) => {
  const { beside, last } = columns(labWith(t, hours, daily));
  hours.time.forEach((start, row) => {
    const closed = daily.time.findLastIndex((day) => day + 24 * hour <= start + hour);
    assert.equal(last[row], daily.close[closed]);
    const mean = daily.close.subarray(closed - 2, closed + 1).reduce((sum, close) => sum + close, 0) / 3;
    assert.ok(Math.abs(beside[row] - mean) < 1e-9 * mean);
  });
});

test('neither later bars of its own nor later bars of the series beside it change what a strategy sees', (t) => {
  const whole = columns(labWith(t, hours, daily));
  const cut = 500;
  const until = hours.time[cut - 1] + hour;
  const known = daily.time.filter((day) => day + 24 * hour <= until).length;
  const other = mapColumns((name) =>
    daily[name].map((value, day) => (name === 'time' || name === 'volume' || day < known ? value : value * 2)),
  );
  for (const lab of [
    labWith(t, sliceBars(hours, 0, cut), daily),
    labWith(t, sliceBars(hours, 0, cut), sliceBars(daily, 0, known)),
    labWith(t, hours, other),
  ]) {
    const found = columns(lab);
    for (const name of ['beside', 'last'] as const)
      assert.deepEqual(found[name].slice(0, cut), whole[name].slice(0, cut));
  }
});

test('a result is of the bars beside it too, and without context_data they are looked for on its own timeframe', async (t) => {
  const hashes = [];
  for (const beside of [daily, sliceBars(daily, 0, 59)]) {
    const lab = labWith(t, hours, beside);
    storeStrategy(lab, 'beside', document());
    const answer = await runBacktest(lab, { strategy_name: 'beside' });
    assert.ok('backtest_id' in answer && Number(answer.metrics.trades) > 0);
    hashes.push(requireBacktest(lab, answer.backtest_id).dataHash);
    storeStrategy(lab, 'without', document({ context_data: [] }));
    await assert.rejects(runBacktest(lab, { strategy_name: 'without' }), { code: 'not_found' });
  }
  assert.notEqual(hashes[0], hashes[1]);
});

test('a model names the bars that it read beside its own', async (t) => {
  const lab = labWith(t, hours, daily);
  const { rules: _, ...rest } = document();
  const raw = {
    ...rest,
    nn_inputs: [{ raw_indicator: 'beside' }, { raw_indicator: 'last' }],
    model: { type: 'logistic' },
    training: { epochs: 2 },
  };
  const { strategy } = requireStrategy(raw);
  const checkpoints = join(lab.configuration.home, 'unused');
  const request = { strategy, start: undefined, end: undefined, engine: 'auto', checkpoints };
  const hooks = { progress() {}, signal: new AbortController().signal };
  const { artifactHash } = await learn(lab.store, lab.folders.models, request, hooks);
  const { context } = readArtifact(lab.folders.models, artifactHash);
  const { hash } = lab.store.read('BBB', '1d', {});
  assert.deepEqual(context, [{ symbol: 'BBB', timeframe: '1d', hash }]);
  storeStrategy(lab, 'model', raw);
  const { task_id } = trainModel(lab, { strategy_name: 'model' });
  await lab.queue.changed(task_id, 10_000);
  for (let task = lab.jobs.get(task_id); task?.finishedAt === null; task = lab.jobs.get(task_id))
    await lab.queue.changed(task_id, 1000);
  const id = String(Object(lab.jobs.get(task_id)?.result).id);
  assert.deepEqual(getModel(lab, { model_id: id }).context, context);
});

test('what is read beside decides, in whatever order it is listed; what nothing reads is told', () => {
  const more = { symbol: 'CCC', timeframe: '1w' };
  const mark = markOf(document());
  assert.notEqual(markOf(document({ context_data: [] })), mark);
  assert.notEqual(markOf(document({ context_data: [{ symbol: 'BBB', timeframe: '4h' }] })), mark);
  assert.equal(
    markOf(document({ context_data: [more, ...context_data] })),
    markOf(document({ context_data: [...context_data, more] })),
  );
  const { context_data: _, ...absent } = document();
  assert.equal(markOf(absent), markOf(document({ context_data: null })));
  const told = warningsOf(document({ context_data: [...context_data, more] }));
  assert.deepEqual(
    told.map(({ path }) => path),
    ['context_data.1'],
  );
  assert.match(told[0].message, /Nothing reads CCC/);
});
