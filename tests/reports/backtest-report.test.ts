import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backtestReport } from '@stratlab/reports/backtest-report.ts';
import type { BacktestReport } from '@stratlab/reports/report-data.ts';
import { sampleBacktest, sampleBars, sampleTrades } from './samples.ts';
import { xmlFault } from './well-formed.ts';

function sample(changes: Partial<BacktestReport> = {}): BacktestReport {
  const { currency: _currency, close: _close, ...backtest } = sampleBacktest();
  return {
    backtest,
    summary: 'No evidence of an edge: rsi_reversion v1 on SPX 1d returned 12.3 %.',
    createdAt: Date.UTC(2026, 0, 2),
    experimentId: 'experiment_c3',
    bars: { symbols: ['SPX'], count: 400, sessions: 400, sealedFrom: Date.UTC(2011, 5, 1), hash: 'ab'.repeat(32) },
    strategy: {
      name: 'rsi_reversion',
      version: 1,
      fingerprint: 'cd'.repeat(32),
      yaml: 'name: rsi_reversion # mine\n',
      fuzzyVariables: [],
    },
    hashes: [['Result', 'ef'.repeat(32)]],
    reproduction: { command: 'run_backtest {}', code: '0.1.0', versions: {} },
    ...changes,
  };
}

test('a page is well-formed, needs nothing else and is the same bytes for the same data', () => {
  const html = backtestReport(sample());
  assert.equal(xmlFault(html, ['meta']), null);
  assert.doesNotMatch(html, /<script|<link|<img|src=|href=|@import|url\(/);
  assert.equal(backtestReport(sample()), html);
});

test('verdict and summary stand before everything else', () => {
  const html = backtestReport(sample());
  const places = [
    'No edge: after costs',
    'No evidence of an edge: rsi_reversion',
    'Beside its baselines',
    'aria-label="Equity"',
    'aria-label="Drawdown"',
    '<h3>Trades',
    '<h2>Costs',
    '<h2>Bars and seal',
    'name: rsi_reversion # mine',
    'run_backtest {}',
  ].map((text) => html.indexOf(text));
  assert.ok(!places.includes(-1), String(places));
  assert.deepEqual(
    places.toSorted((a, b) => a - b),
    places,
  );
});

test('costs stand beside what was earned before and after them', () => {
  const metrics = {
    total_return: 0.01,
    sharpe: 0.1,
    max_drawdown: -0.2,
    trades: 20,
    costs_paid: 500,
    final_equity: 101_000,
  };
  const { backtest } = sample();
  const html = backtestReport(sample({ backtest: { ...backtest, metrics } }));
  for (const [name, value] of [
    ['Profit before costs', '1,500'],
    ['Costs paid', '500.00'],
    ['Profit after costs', '1,000'],
    ['Costs per closed trade', '25.00'],
    ['Costs as a share of the starting capital', '0.50%'],
  ]) {
    assert.ok(html.includes(`<dt>${name}</dt><dd>${value}</dd>`), name);
  }
});

test('costs that are not known are not made up', () => {
  const { backtest } = sample();
  const html = backtestReport(sample({ backtest: { ...backtest, metrics: { total_return: 0.01, trades: 20 } } }));
  assert.ok(html.includes('<dt>Profit before costs</dt><dd>–</dd>'));
});

test('many trades are cut to the first and the last fifty', () => {
  const { backtest } = sample();
  const trades = sampleTrades(sampleBars(5000), 20);
  const html = backtestReport(sample({ backtest: { ...backtest, trades } }));
  assert.equal(trades.length, 250);
  assert.match(html, /The first 50 and the last 50; 150 between them are not shown/);
  assert.equal(html.match(/<td>(long|short)<\/td>/g)?.length, 100);
  assert.ok(html.length < 300_000, `${html.length} bytes`);
});

test('trades of several instruments name theirs, those of one do not', () => {
  const { backtest } = sample();
  const several = backtest.trades.map((trade, k) => ({ ...trade, symbol: k % 2 === 0 ? 'SPX' : 'IWM' }));
  assert.match(backtestReport(sample({ backtest: { ...backtest, trades: several } })), /<td>IWM<\/td>/);
  assert.doesNotMatch(backtestReport(sample()), /<th>Symbol<\/th>/);
});

test('synthetic bars are announced at the top, and a missing seal is not passed over', () => {
  const { backtest, bars } = sample();
  const html = backtestReport(
    sample({ backtest: { ...backtest, synthetic: true }, bars: { ...bars, sealedFrom: null } }),
  );
  assert.ok(html.indexOf('SYNTHETIC BARS') < html.indexOf('<header>'));
  assert.match(html, /<b>not sealed<\/b>/);
  assert.doesNotMatch(backtestReport(sample()), /SYNTHETIC|not sealed/);
});

test('hostile text stays text wherever it stands', () => {
  const hostile = `"><script>alert(1)</script><img src=x onerror=alert(1)>'&`;
  const { backtest, bars, strategy } = sample();
  const html = backtestReport({
    backtest: {
      ...backtest,
      id: hostile,
      strategy: hostile,
      modelId: hostile,
      symbol: hostile,
      timeframe: hostile,
      segment: hostile,
      warnings: [hostile],
      execution: { [hostile]: hostile },
      metrics: { [hostile]: 1, sharpe: null },
      undefinedMetrics: { sharpe: hostile },
      benchmark: { ...backtest.benchmark, name: hostile },
      baselines: [{ ...backtest.benchmark, name: hostile }],
      evidence: { ...backtest.evidence, reason: hostile },
      trades: backtest.trades.map((trade, k) => ({ ...trade, symbol: hostile + k })),
    },
    summary: hostile,
    createdAt: 0,
    experimentId: hostile,
    bars: { ...bars, symbols: [hostile], hash: hostile },
    strategy: { ...strategy, name: hostile, yaml: hostile, fingerprint: hostile },
    hashes: [[hostile, hostile]],
    reproduction: { command: hostile, code: hostile, versions: { [hostile]: hostile } },
  });
  assert.equal(xmlFault(html, ['meta']), null);
  assert.doesNotMatch(html, /<script|<img/);
});
