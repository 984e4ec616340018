import assert from 'node:assert/strict';
import { test } from 'node:test';
import { experimentReport } from '@stratlab/reports/experiment-report.ts';
import { overallVerdict, plainVerdict } from '@stratlab/reports/verdict.ts';
import { sampleBacktest, sampleReport } from './samples.ts';
import { xmlFault } from './well-formed.ts';

const rival = { name: 'buy_and_hold', total_return: 0.05, sharpe: 0.2, max_drawdown: -0.3 };
const beaten = { benchmark: rival, baselines: [{ ...rival, name: 'always_long' }] };

test('a report is one well-formed page without scripts or outside files', () => {
  const html = experimentReport(sampleReport());
  assert.equal(xmlFault(html, ['meta']), null);
  assert.doesNotMatch(html, /<script|<link|<img|src=|href=|@import|url\(/);
  assert.match(html, /prefers-color-scheme:dark/);
});

test('hypothesis and verdict stand before everything else', () => {
  const html = experimentReport(sampleReport());
  const places = [
    'A low RSI in a quiet market',
    'No edge: after costs',
    'Beside its baselines',
    'name: rsi_reversion # mine',
  ];
  const found = places.map((text) => html.indexOf(text));
  assert.ok(!found.includes(-1), String(found));
  assert.deepEqual(
    [...found].sort((a, b) => a - b),
    found,
  );
});

test('a report holds what a reader needs to judge and to repeat it', () => {
  const html = experimentReport(sampleReport());
  for (const text of [
    '12.34%',
    '0.41',
    'buy and hold (benchmark)',
    'majority class',
    'no trade lost',
    'trials in this family, 6.3 effective',
    '0.710',
    'No evidence: luck reaches as much.',
    'next_close',
    'ab'.repeat(32),
    'cd'.repeat(32),
    'ef'.repeat(32),
    'mlp [20, 10]',
    'Kept: epoch 9',
    'rsi_zone: rsi_14',
    'No edge in RSI.',
    'stratlab demo',
    '24.9.0',
    'Opens equal the previous close.',
    '20 closed, 13 long and 7 short',
  ]) {
    assert.ok(html.includes(text), text);
  }
});

test('the same data give the same bytes', () => {
  assert.equal(experimentReport(sampleReport()), experimentReport(sampleReport()));
});

test('hostile text stays text wherever it stands', () => {
  const hostile = `"><script>alert(1)</script><img src=x onerror=alert(1)>'&`;
  const { experiment, series, strategies, models, insights, reproduction } = sampleReport();
  const html = experimentReport({
    experiment: { ...experiment, name: hostile, hypothesis: hostile, conclusion: hostile, tags: [hostile] },
    series: series.map((one) => ({ ...one, symbol: hostile, source: hostile, findings: [hostile] })),
    strategies: strategies.map((one) => ({ ...one, name: hostile, yaml: hostile })),
    models: models.map((one) => ({
      ...one,
      type: hostile,
      features: [hostile],
      splits: { [hostile]: { [hostile]: 1 } },
    })),
    backtests: [
      sampleBacktest({
        strategy: hostile,
        warnings: [hostile],
        execution: { [hostile]: hostile },
        metrics: { [hostile]: 1 },
      }),
    ],
    insights: insights.map((one) => ({ ...one, content: hostile })),
    reproduction: { ...reproduction, command: hostile, versions: { [hostile]: hostile } },
  });
  assert.equal(xmlFault(html, ['meta']), null);
  assert.doesNotMatch(html, /<script|<img/);
});

test('synthetic bars are announced at the top', () => {
  const report = sampleReport({ backtests: [sampleBacktest({ synthetic: true })] });
  const html = experimentReport(report);
  assert.ok(html.indexOf('SYNTHETIC BARS') < html.indexOf('<header>'));
  assert.doesNotMatch(experimentReport(sampleReport()), /SYNTHETIC/);
});

test('a report of nothing but a hypothesis says that nothing was tested', () => {
  const html = experimentReport(sampleReport({ backtests: [], models: [], strategies: [], series: [], insights: [] }));
  assert.equal(xmlFault(html, ['meta']), null);
  assert.match(html, /Nothing was tested/);
});

test('a conclusion that the figures do not carry is remarked on', () => {
  const { experiment } = sampleReport();
  const claimed = sampleReport({ experiment: { ...experiment, outcome: 'supported' } });
  assert.match(experimentReport(claimed), /No measured result shows an edge/);
  assert.doesNotMatch(experimentReport(sampleReport()), /No measured result shows an edge/);
});

test('beaten by a baseline is no edge, whatever the evidence', () => {
  const evidence = { verdict: 'strong', reason: '', adjusted_p: 0.001 } as const;
  const { finding, headline } = plainVerdict(sampleBacktest({ evidence }));
  assert.equal(finding, 'no_edge');
  assert.match(headline, /does not beat buy and hold\./);
});

test('better than every baseline is an edge only with evidence', () => {
  const weak = plainVerdict(sampleBacktest(beaten));
  assert.equal(weak.finding, 'unproven');
  assert.match(weak.headline, /luck/);
  const seen = plainVerdict(sampleBacktest({ ...beaten, sample: 'in_sample' }));
  assert.match(seen.headline, /seen these bars before/);
  const evidence = { verdict: 'moderate', reason: '', adjusted_p: 0.02 } as const;
  assert.equal(plainVerdict(sampleBacktest({ ...beaten, evidence })).finding, 'edge');
});

test('a baseline without a Sharpe ratio is compared by total return', () => {
  const idle = { name: 'majority_class', total_return: 0, sharpe: null, max_drawdown: 0 };
  const losing = { total_return: -0.1, sharpe: 0.3, max_drawdown: -0.2, trades: 9 };
  assert.equal(plainVerdict(sampleBacktest({ ...beaten, baselines: [idle], metrics: losing })).finding, 'no_edge');
});

test('no trade is no test', () => {
  const idle = { total_return: 0, sharpe: null, max_drawdown: 0, trades: 0 };
  assert.match(plainVerdict(sampleBacktest({ metrics: idle })).headline, /made no trade/);
});

test('several results are summed up honestly', () => {
  const evidence = { verdict: 'moderate', reason: '', adjusted_p: 0.02 } as const;
  const edge = sampleBacktest({ ...beaten, evidence });
  assert.match(overallVerdict([sampleBacktest(), edge]).headline, /^1 of 2 results/);
  assert.match(overallVerdict([sampleBacktest(), sampleBacktest()]).headline, /none of 2 results beats/);
});
