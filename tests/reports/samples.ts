import type { Trade } from '@stratlab/backtests/trade.ts';
import type { Bars } from '@stratlab/data/bars.ts';
import { dayMs } from '@stratlab/data/instant.ts';
import { drawdown } from '@stratlab/reports/charts/drawdown.ts';
import { equity } from '@stratlab/reports/charts/equity.ts';
import { type FuzzyVariable, fuzzySets } from '@stratlab/reports/charts/fuzzy-sets.ts';
import type { ChartKind } from '@stratlab/reports/charts/index.ts';
import { loss } from '@stratlab/reports/charts/loss.ts';
import { market } from '@stratlab/reports/charts/market.ts';
import { reliability } from '@stratlab/reports/charts/reliability.ts';
import { returns } from '@stratlab/reports/charts/returns.ts';
import { trades } from '@stratlab/reports/charts/trades.ts';
import type { Curve } from '@stratlab/reports/curve.ts';
import type { ExperimentReport, ReportedBacktest } from '@stratlab/reports/report-data.ts';

const start = Date.UTC(2010, 0, 4);

/** A wavering climb: the same on every call, no two neighbours equal. */
export function sampleBars(count: number, stepMs = dayMs): Bars {
  const close = Float64Array.from({ length: count }, (_, t) => 100 * Math.exp((2 * t) / count + Math.sin(t / 7) / 9));
  const open = close.map((_, t) => close[Math.max(0, t - 1)]);
  return {
    time: Float64Array.from(close, (_, t) => start + t * stepMs),
    open,
    high: close.map((value, t) => Math.max(value, open[t]) * 1.01),
    low: close.map((value, t) => Math.min(value, open[t]) * 0.99),
    close,
    volume: close.map((_, t) => 1e6 * (2 + Math.sin(t / 3))),
  };
}

export function sampleCurves(bars: Bars, name = 'rsi_reversion v1'): Curve[] {
  const { time, close } = bars;
  const initialCapital = 100_000;
  return [
    { name, role: 'strategy', time, initialCapital, equity: close.map((value) => 500 * value + 50_000) },
    { name: 'buy and hold', role: 'benchmark', time, initialCapital, equity: close.map((value) => 1000 * value) },
    { name: 'always short', role: 'baseline', time, initialCapital, equity: close.map((value) => 1e7 / value) },
  ];
}

export function sampleTrades({ time, close }: Bars, every = 20): Trade[] {
  return Array.from({ length: Math.floor(close.length / every) }, (_, k) => {
    const [entryBar, exitBar] = [k * every, k * every + every / 2];
    const direction = k % 3 === 0 ? 'short' : 'long';
    const gain = (close[exitBar] / close[entryBar] - 1) * (direction === 'long' ? 1 : -1);
    return {
      symbol: 'SPX',
      direction,
      entryBar,
      exitBar,
      entryTime: time[entryBar],
      exitTime: time[exitBar],
      entryPrice: close[entryBar],
      exitPrice: close[exitBar],
      quantity: 10,
      pnl: gain * close[entryBar] * 10,
      return: gain,
      commission: 2,
      barsHeld: every / 2,
      exitReason: 'signal',
      mae: -0.01,
      mfe: 0.01,
    };
  });
}

export function sampleSessions({ time, close }: Bars) {
  return { session: time, returns: close.map((value, t) => (t === 0 ? 0 : value / close[t - 1] - 1)) };
}

export function sampleVariable(name = 'rsi_zone'): FuzzyVariable {
  const grid = Array.from({ length: 101 }, (_, x) => x);
  return {
    name,
    indicator: 'rsi_14',
    grid,
    sets: [
      { name: 'low', degrees: grid.map((x) => Math.max(0, 1 - x / 50)) },
      { name: 'high', degrees: grid.map((x) => Math.max(0, x / 50 - 1)) },
    ],
    values: grid.map((x) => 50 + 40 * Math.sin(x)),
  };
}

const history = Array.from({ length: 30 }, (_, k) => ({
  epoch: k + 1,
  trainLoss: 1 / (k + 1) + 0.1,
  validationLoss: 1 / (k + 1) + 0.2 + k / 300,
}));

const bins = Array.from({ length: 10 }, (_, k) => ({ rows: 50, confidence: 0.4 + k / 20, hitRate: 0.35 + k / 18 }));

/** One picture of each kind, every text in it `text`. */
export function samplePictures(text: string, bars = sampleBars(800)): Record<ChartKind, string> {
  const heading = { title: text, subtitle: text };
  const curves = sampleCurves(bars, text);
  const stretches = [
    { name: text, from: start, to: start + 300 * dayMs },
    { name: 'test', from: start + 300 * dayMs, to: start + 800 * dayMs },
  ];
  return {
    equity: equity.draw({ ...heading, curves, stretches, currency: text }),
    drawdown: drawdown.draw({ ...heading, curves }),
    trades: trades.draw({ ...heading, time: bars.time, close: bars.close, trades: sampleTrades(bars) }),
    returns: returns.draw({ ...heading, sessions: sampleSessions(bars) }),
    loss: loss.draw({ ...heading, history, bestEpoch: 9 }),
    reliability: reliability.draw({ ...heading, bins }),
    fuzzy_sets: fuzzySets.draw({ ...heading, variables: [sampleVariable(text), sampleVariable()] }),
    market: market.draw({ ...heading, bars }),
  };
}

export function sampleBacktest(changes: Partial<ReportedBacktest> = {}): ReportedBacktest {
  const bars = sampleBars(400);
  const [strategy, benchmark] = sampleCurves(bars);
  return {
    id: 'backtest_a1',
    strategy: 'rsi_reversion',
    version: 1,
    modelId: 'model_b2',
    symbol: 'SPX',
    timeframe: '1d',
    synthetic: false,
    start: bars.time[0],
    end: bars.time[399],
    segment: 'test',
    sample: 'out_of_sample',
    currency: 'USD',
    initialCapital: 100_000,
    metrics: {
      total_return: 0.1234,
      sharpe: 0.41,
      max_drawdown: -0.2,
      trades: 20,
      profit_factor: null,
      costs_paid: 99,
    },
    undefinedMetrics: { profit_factor: 'no trade lost' },
    benchmark: { name: 'buy_and_hold', total_return: 0.3, sharpe: 0.7, max_drawdown: -0.3, equity: benchmark.equity },
    baselines: [{ name: 'majority_class', total_return: 0, sharpe: null, max_drawdown: 0 }],
    trials: { family: 14, effective: 6.25 },
    evidence: { verdict: 'no_evidence', reason: 'No evidence: luck reaches as much.', adjusted_p: 0.71 },
    time: bars.time,
    equity: strategy.equity,
    close: bars.close,
    sessions: sampleSessions(bars),
    stretches: [],
    trades: sampleTrades(bars),
    execution: { fill: 'next_close', commission: { percent: 0.0001 }, stop_loss: null },
    warnings: [],
    ...changes,
  };
}

export function sampleReport(changes: Partial<ExperimentReport> = {}): ExperimentReport {
  return {
    experiment: {
      id: 'experiment_c3',
      name: 'Quiet extremes',
      hypothesis: 'A low RSI in a quiet market reverts within days.',
      criterion: { metric: 'sharpe', threshold: 0.5 },
      outcome: 'refuted',
      conclusion: 'It does not.',
      tags: ['rsi'],
      createdAt: start,
      endedAt: start,
    },
    series: [
      {
        symbol: 'SPX',
        timeframe: '1d',
        rows: 400,
        start,
        end: start + 400 * dayMs,
        sealedFrom: start + 401 * dayMs,
        hash: 'ab'.repeat(32),
        source: 'a file',
        synthetic: false,
        grade: 'B',
        findings: ['Opens equal the previous close.'],
      },
    ],
    strategies: [
      {
        name: 'rsi_reversion',
        version: 1,
        fingerprint: 'cd'.repeat(32),
        yaml: 'name: rsi_reversion # mine\n',
        fuzzyVariables: [sampleVariable()],
      },
    ],
    models: [
      {
        id: 'model_b2',
        strategy: 'rsi_reversion v1',
        type: 'mlp [20, 10]',
        engine: 'reference',
        seed: 7,
        hash: 'ef'.repeat(32),
        features: ['1d_rsi_zone_low'],
        history,
        bestEpoch: 9,
        stoppedEarly: true,
        splits: {
          train: { rows: 300, accuracy: 0.5, majority_class_accuracy: 0.52 },
          test: { rows: 60, accuracy: null },
        },
      },
    ],
    backtests: [sampleBacktest()],
    insights: [{ id: 'insight_d4', category: 'failure', content: 'No edge in RSI.', importance: 6, tags: ['rsi'] }],
    reproduction: { command: 'stratlab demo', code: '0.1.0', versions: { node: '24.9.0' } },
    ...changes,
  };
}
