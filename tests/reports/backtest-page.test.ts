import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { timeframes } from '@stratlab/data/timeframe.ts';
import { backtestPage } from '@stratlab/lab/backtest-page.ts';
import { createStrategy } from '@stratlab/lab/create-strategy.ts';
import type { Lab } from '@stratlab/lab/lab.ts';
import { type RunBacktest, runBacktest } from '@stratlab/lab/run-backtest.ts';
import { z } from 'zod';
import { crossDocument } from '../documents.ts';
import { doWork } from '../faults/worked-home.ts';
import { emptyLab, storeMarket } from '../lab-home.ts';
import { xmlFault } from './well-formed.ts';

async function run(lab: Lab, input: RunBacktest) {
  const answer = await runBacktest(lab, input);
  assert.ok('backtest_id' in answer);
  return answer;
}

const callSchema = z.strictObject({
  strategy_name: z.string(),
  version: z.int(),
  model_id: z.string().optional(),
  segment: z.enum(['test', 'validation', 'train', 'all']).optional(),
  symbol: z.string().optional(),
  timeframe: z.enum(timeframes).optional(),
  start_date: z.string(),
  end_date: z.string(),
  initial_capital: z.number(),
  periods_per_year: z.number().optional(),
  execution: z.record(z.string(), z.unknown()).optional(),
});

/** The call that the page says gives the result again. */
function callOn(page: string) {
  const [, text = ''] = /<pre>run_backtest ([\s\S]*?)<\/pre>/.exec(page) ?? [];
  return callSchema.parse(JSON.parse(text.replaceAll('&quot;', '"')));
}

function labWithRules(t: TestContext): Lab {
  const lab = emptyLab(t);
  storeMarket(lab, 'AAA', 'fuzzy_rsi', { bars: 800 }, { kind: 'none' });
  storeMarket(lab, 'BBB', 'fuzzy_rsi', { bars: 800, seed: 2 });
  createStrategy(lab, { name: 'cross', config: crossDocument('AAA') });
  return lab;
}

test('the page of a backtest is well-formed, needs nothing else and is the same bytes at any later time', async (t) => {
  const lab = labWithRules(t);
  const { backtest_id } = await run(lab, { strategy_name: 'cross' });
  const page = backtestPage(lab, { backtest_id });
  assert.equal(xmlFault(page, ['meta']), null);
  assert.doesNotMatch(page, /<script|<link|<img|src=|href=|@import|url\(/);
  storeMarket(lab, 'AAA', 'fuzzy_rsi', { bars: 900 }, { kind: 'none' });
  await run(lab, { strategy_name: 'cross', execution: { costs: 'none' } });
  assert.equal(backtestPage(lab, { backtest_id }), page);
});

test('the page says verdict, comparison, costs, bars and seal in figures of the answer', async (t) => {
  const lab = labWithRules(t);
  const answer = await run(lab, { strategy_name: 'cross', symbol: 'BBB' });
  const page = backtestPage(lab, { backtest_id: answer.backtest_id });
  const { sealed_from } = answer.data;
  for (const part of [
    answer.summary,
    answer.evidence.reason,
    'buy and hold (benchmark)',
    'Profit before costs',
    'Sealed from',
    String(sealed_from).slice(0, 10),
    answer.data.hash,
    answer.result_hash,
    answer.fingerprint,
    'enter_long',
  ]) {
    assert.ok(page.includes(part), part);
  }
  assert.ok(page.indexOf(answer.summary) < page.indexOf('Beside its baselines'));
  for (const title of ['Equity', 'Drawdown']) assert.match(page, new RegExp(`<svg[^>]* aria-label="${title}"`));
});

for (const [what, given] of [
  ['as the strategy stands', {}],
  [
    'with everything replaced',
    {
      symbol: 'BBB',
      start_date: '2000-06-01',
      end_date: '2001-09-30',
      initial_capital: 5_000,
      periods_per_year: 200,
      execution: { fill: 'next_close', stop_loss: { percent: 0.02 }, commission: { fixed: 1 } },
    },
  ],
] as const) {
  test(`the call on the page gives the same result again, ${what}`, async (t) => {
    const lab = labWithRules(t);
    const first = await run(lab, { strategy_name: 'cross', ...given });
    const call = callOn(backtestPage(lab, { backtest_id: first.backtest_id }));
    const again = await run(lab, call);
    assert.equal(again.result_hash, first.result_hash);
    assert.equal(again.fingerprint, first.fingerprint);
    assert.deepEqual(again.metrics, first.metrics);
    assert.deepEqual(again.execution, first.execution);
    assert.deepEqual(again.warnings, first.warnings);
  });
}

test('the call on the page of a model gives the same result again', async (t) => {
  const lab = emptyLab(t);
  const { modelId } = await doWork(lab, 'AAA');
  const first = await run(lab, { strategy_name: 'net_aaa', segment: 'validation' });
  const call = callOn(backtestPage(lab, { backtest_id: first.backtest_id }));
  assert.equal(call.model_id, modelId);
  const again = await run(lab, call);
  assert.equal(again.result_hash, first.result_hash);
  assert.equal(again.sample, first.sample);
  assert.deepEqual(again.warnings, first.warnings);
});

const daily = { mode: 'single', timeframe: '1d' };
const several = {
  portfolio: {
    training_data: { timeframes: daily },
    universe: { symbols: ['AAA', 'BBB'] },
    portfolio: { rank: 'roc(60)', long_top: 0.5, rebalance: 'month' },
  },
  pair: {
    training_data: { symbols: { mode: 'single', symbol: 'AAA' }, timeframes: daily },
    legs: [
      { symbol: 'AAA', weight: 1 },
      { symbol: 'BBB', weight: '-1' },
    ],
    rules: { enter_long: 'rsi(14) < 35', exit_long: 'rsi(14) > 55' },
  },
};

for (const [name, config] of Object.entries(several)) {
  test(`the page of a ${name} names every instrument, and its call gives the same result again`, async (t) => {
    const lab = labWithRules(t);
    createStrategy(lab, { name, config });
    const first = await run(lab, { strategy_name: name, start_date: '2000-08-16' });
    const page = backtestPage(lab, { backtest_id: first.backtest_id });
    assert.equal(xmlFault(page, ['meta']), null);
    for (const symbol of ['AAA', 'BBB']) assert.ok(page.includes(`<td>${symbol}</td>`), symbol);
    assert.ok(page.includes('AAA, BBB'));
    const call = callOn(page);
    assert.equal(call.symbol, undefined);
    const again = await run(lab, call);
    assert.equal(again.result_hash, first.result_hash);
    assert.deepEqual(again.metrics, first.metrics);
  });
}
