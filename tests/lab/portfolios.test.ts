import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { formatDate } from '@stratlab/data/instant.ts';
import { getBacktest } from '@stratlab/lab/get-backtest.ts';
import { getBacktestTrades, tradeColumns } from '@stratlab/lab/get-backtest-trades.ts';
import { getChart } from '@stratlab/lab/get-chart.ts';
import type { Lab } from '@stratlab/lab/lab.ts';
import { type RunBacktest, runBacktest } from '@stratlab/lab/run-backtest.ts';
import type { BacktestAnswer } from '@stratlab/lab/shown-backtest.ts';
import { allocationExamples } from '@stratlab/lab/strategy-guide.ts';
import { requireStrategy } from '@stratlab/lab/strategy-language.ts';
import { parse } from 'yaml';
import { emptyLab, storeMarket, storeStrategy } from '../lab-home.ts';

async function run(lab: Lab, input: RunBacktest): Promise<BacktestAnswer> {
  const answer = await runBacktest(lab, input);
  assert.ok('backtest_id' in answer);
  return answer;
}

const daily = { mode: 'single', timeframe: '1d' };
const momentum = {
  training_data: { timeframes: daily },
  universe: { symbols: ['AAA', 'BBB', 'CCC'] },
  portfolio: { rank: 'roc(60)', long_top: 0.34, short_bottom: 0.34, rebalance: 'month' },
};

function threeMarkets(lab: Lab): void {
  for (const [k, symbol] of ['AAA', 'BBB', 'CCC'].entries()) {
    storeMarket(lab, symbol, 'regime', { seed: k + 1, bars: 1500 }, { kind: 'none' });
  }
}

test('a portfolio trades its universe on shared cash and is judged as one result', async (t) => {
  const lab = emptyLab(t);
  threeMarkets(lab);
  storeStrategy(lab, 'momentum', momentum);
  const answer = await run(lab, { strategy_name: 'momentum' });
  assert.deepEqual(answer.symbols, ['AAA', 'BBB', 'CCC']);
  assert.equal(answer.symbol, 'AAA+BBB+1');
  assert.equal(answer.trials.family_name, 'portfolios of equity');
  assert.deepEqual(Object.keys(answer.baselines), ['equal_weight']);
  const rows = getBacktestTrades(lab, { backtest_id: answer.backtest_id });
  assert.equal(rows.length, answer.trades_count);
  const column = (name: (typeof tradeColumns)[number]) => tradeColumns.indexOf(name);
  assert.deepEqual(new Set(rows.map((row) => row[column('symbol')])), new Set(['AAA', 'BBB', 'CCC']));
  assert.deepEqual(new Set(rows.map((row) => row[column('direction')])), new Set(['long', 'short']));
  const profit = rows.reduce((sum, row) => sum + Number(row[column('pnl')]), 0);
  const final = Number(answer.metrics.final_equity);
  assert.ok(Math.abs(final - 100_000 - profit) < 1e-6 * final, `${final} against ${profit}`);
  assert.match(getChart(lab, { id: answer.backtest_id, kind: 'trades' }), /^<svg/);
  assert.equal(getBacktest(lab, { backtest_id: answer.backtest_id, detail: 'full' }).details?.capacity, null);
});

test('a repeated portfolio is the same result to the byte and no new trial', async (t) => {
  const lab = emptyLab(t);
  threeMarkets(lab);
  storeStrategy(lab, 'momentum', momentum);
  const [first, second] = [
    await run(lab, { strategy_name: 'momentum' }),
    await run(lab, { strategy_name: 'momentum' }),
  ];
  assert.equal(first.result_hash, second.result_hash);
  assert.deepEqual([first.trials.new_trial, second.trials.new_trial], [true, false]);
});

test('another universe of the same kind of market counts in the same family', async (t) => {
  const lab = emptyLab(t);
  threeMarkets(lab);
  storeStrategy(lab, 'momentum', momentum);
  storeStrategy(lab, 'smaller', { ...momentum, universe: { symbols: ['AAA', 'CCC'] } });
  await run(lab, { strategy_name: 'momentum' });
  assert.equal((await run(lab, { strategy_name: 'smaller' })).trials.family, 2);
});

test('a target of one symbol holds the fraction of equity it names', async (t) => {
  const lab = emptyLab(t);
  threeMarkets(lab);
  storeStrategy(lab, 'half', {
    training_data: { symbols: { mode: 'single', symbol: 'AAA' }, timeframes: daily },
    target: { position: '0.5', rebalance: { every: 'month', band: 0.02 } },
    execution: { costs: 'none', quantity_step: 0 },
  });
  const { metrics, span, symbol, trials } = await run(lab, { strategy_name: 'half' });
  assert.equal(symbol, 'AAA');
  assert.equal(trials.family_name, 'AAA');
  const { metrics: whole } = await run(lab, { strategy_name: 'half', execution: { costs: 'auto' } });
  assert.ok(Number(metrics.final_equity) > Number(whole.final_equity), 'costs cost');
  assert.equal(metrics.exposure, 1 - 1 / span.bars);
});

test('legs are bought and sold together, by rules on the first', async (t) => {
  const lab = emptyLab(t);
  threeMarkets(lab);
  storeStrategy(lab, 'pair', {
    training_data: { symbols: { mode: 'single', symbol: 'AAA' }, timeframes: daily },
    legs: [
      { symbol: 'AAA', weight: 1 },
      { symbol: 'BBB', weight: '-1' },
    ],
    rules: { enter_long: 'rsi(14) < 35', exit_long: 'rsi(14) > 55' },
  });
  const answer = await run(lab, { strategy_name: 'pair' });
  const rows = getBacktestTrades(lab, { backtest_id: answer.backtest_id });
  const sides = new Set(rows.map((row) => `${row[tradeColumns.indexOf('symbol')]} ${row[0]}`));
  assert.deepEqual(sides, new Set(['AAA long', 'BBB short']));
});

test('a membership file says who belongs when; a faulty one says where', async (t) => {
  const lab = emptyLab(t);
  threeMarkets(lab);
  const { bars } = lab.store.read('AAA', '1d');
  const [first, middle] = [formatDate(bars.time[0]), formatDate(bars.time[750])];
  mkdirSync(lab.folders.universes, { recursive: true });
  const file = join(lab.folders.universes, 'index.csv');
  writeFileSync(file, `symbol,from,to\nAAA,${first},${middle}\nBBB,${middle},\nCCC,${first},\n`);
  storeStrategy(lab, 'members', { ...momentum, universe: { membership: 'index' } });
  const { backtest_id } = await run(lab, { strategy_name: 'members' });
  const [symbol, entry] = [tradeColumns.indexOf('symbol'), tradeColumns.indexOf('entry_time')];
  for (const row of getBacktestTrades(lab, { backtest_id })) {
    if (row[symbol] === 'AAA') assert.ok(String(row[entry]).slice(0, 10) <= formatDate(bars.time[752]));
    if (row[symbol] === 'BBB') assert.ok(String(row[entry]).slice(0, 10) >= middle);
  }
  writeFileSync(file, 'symbol,from,to\nAAA,2020-01-01\n');
  await assert.rejects(run(lab, { strategy_name: 'members' }), /index\.csv has 2 columns, line 2/);
  storeStrategy(lab, 'lost', { ...momentum, universe: { membership: 'nowhere' } });
  await assert.rejects(run(lab, { strategy_name: 'lost' }), { code: 'not_found', hint: 'Known: index.' });
});

test('nothing behind the earliest seal is traded', async (t) => {
  const lab = emptyLab(t);
  storeMarket(lab, 'AAA', 'regime', { seed: 1, bars: 1500 }, { kind: 'fraction', fraction: 0.5 });
  storeMarket(lab, 'BBB', 'regime', { seed: 2, bars: 1500 }, { kind: 'fraction', fraction: 0.2 });
  storeStrategy(lab, 'both', { ...momentum, universe: { symbols: ['AAA', 'BBB'] } });
  const { span, data } = await run(lab, { strategy_name: 'both' });
  assert.ok(data.sealed_from !== null && span.end < data.sealed_from);
  assert.equal(data.sealed_from.slice(0, 10), formatDate(lab.store.ofSymbol('AAA')[0].sealedFrom ?? 0));
});

test('what holds for the whole run is said once, however many symbols it trades', async (t) => {
  const lab = emptyLab(t);
  threeMarkets(lab);
  storeStrategy(lab, 'momentum', momentum);
  const { warnings, execution } = await run(lab, { strategy_name: 'momentum', execution: { fill: 'signal_close' } });
  assert.equal(warnings.filter((warning) => warning.startsWith('fill: signal_close')).length, 1);
  assert.deepEqual(Object.keys(Object(execution.costs_used)), ['commission', 'slippage', 'spread', 'source']);
});

test('what does not apply is refused, in the document and in a call', async (t) => {
  const lab = emptyLab(t);
  threeMarkets(lab);
  storeStrategy(lab, 'momentum', momentum);
  await assert.rejects(run(lab, { strategy_name: 'momentum', symbol: 'AAA' }), { path: 'symbol' });
  await assert.rejects(
    run(lab, { strategy_name: 'momentum', execution: { stop_loss: { atr: 2 } } }),
    ({ path }: { path: string }) => path === 'execution.stop_loss',
  );
});

test('the examples of the guide are valid', () => {
  for (const { name, yaml } of allocationExamples)
    assert.equal(requireStrategy(parse(yaml)).strategy.document.name, name);
});
