import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { computeAll, type ReportedTrade } from '@stratlab/backtests/compute-metrics.ts';
import { drawdownTable } from '@stratlab/backtests/drawdowns.ts';
import { type Measures, measure } from '@stratlab/backtests/measure.ts';
import { percentile } from '@stratlab/backtests/statistics/percentile.ts';
import { tradeColumns } from '@stratlab/backtests/trade-columns.ts';
import { referenceTable, referenceText, withoutReference } from '../reference.ts';

type Figures = Record<string, number | null>;
/** A number, or "NaN" or "Infinity". */
type Published = number | string;

interface RunFigures {
  from_run: string;
  returns_metrics: Figures;
  trade_metrics: Figures;
}

interface Vectors {
  small: {
    returns: number[];
    benchmark: number[];
    ppy: number;
    metrics: Figures;
    rf_per_period: number;
    metrics_rf: Figures;
  };
  goog_buy_hold: { ppy: number; metrics: Figures };
  smacross: RunFigures;
  smacross_costs: RunFigures;
  published_empyrical: {
    inputs: Record<string, { values?: Published[]; frame?: Record<string, Published[]> }>;
    tests: Record<string, { decimals: number; cases: Record<string, unknown>[] }>;
    extra: Record<string, unknown>[];
  };
  published_backtesting_py: { expected: Record<string, number> };
}

interface RecordedRun {
  id: string;
  result: { trade_fields: string[]; trades: (number | null)[][]; equity: number[] };
}

function load(): Vectors {
  return JSON.parse(referenceText('reference/metrics_vectors.json.gz'));
}

const googColumn = (name: string) => referenceTable('reference/inputs/GOOG.csv').values[name];

function changes(levels: ArrayLike<number>): Float64Array {
  return Float64Array.from({ length: levels.length - 1 }, (_, i) => levels[i + 1] / levels[i] - 1);
}

function recordedRun(id: string): { equity: number[]; trades: ReportedTrade[] } {
  const { runs }: { runs: RecordedRun[] } = JSON.parse(referenceText('reference/backtests_goog.json.gz'));
  const run = runs.find((candidate) => candidate.id === id);
  assert.ok(run, id);
  const { trade_fields: fields, trades, equity } = run.result;
  const cell = (row: (number | null)[], field: string) => row[fields.indexOf(field)] ?? Number.NaN;
  return {
    equity,
    trades: trades.map((row) => ({
      pnl: cell(row, 'pnl'),
      return: cell(row, 'return_pct'),
      entryBar: cell(row, 'entry_bar'),
      exitBar: cell(row, 'exit_bar'),
      entryPrice: cell(row, 'entry_price'),
      exitPrice: cell(row, 'exit_price'),
      quantity: cell(row, 'size'),
      commission: cell(row, 'commission'),
    })),
  };
}

function assertClose(actual: number | null, expected: number, tolerance: number, what: string): void {
  assert.ok(
    actual !== null && Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected)),
    `${what}: ${actual}, expected ${expected}`,
  );
}

function assertFigures(measures: Measures, expected: Record<string, number | null>): void {
  for (const [name, value] of Object.entries(expected)) {
    assert.ok(name in measures.values, `${name} is not computed`);
    if (value === null) assert.equal(measures.values[name], null, name);
    else assertClose(measures.values[name], value, 1e-8, name);
  }
}

describe('the metric vectors', { skip: withoutReference }, () => {
  test('the small sample, with and without a return of cash', () => {
    const { small } = load();
    const sample = {
      returns: Float64Array.from(small.returns),
      benchmark: Float64Array.from(small.benchmark),
      periodsPerYear: small.ppy,
    };
    assertFigures(computeAll(sample), small.metrics);
    assertFigures(computeAll({ ...sample, rf: small.rf_per_period }), small.metrics_rf);
  });

  test('GOOG bought and held', () => {
    const { ppy, metrics } = load().goog_buy_hold;
    assertFigures(computeAll({ returns: changes(googColumn('Close')), periodsPerYear: ppy }), metrics);
  });

  for (const name of ['smacross', 'smacross_costs'] as const) {
    test(`${name}: a recorded run with its trades against GOOG`, () => {
      const expected = load()[name];
      const { equity, trades } = recordedRun(expected.from_run);
      const benchmark = changes(googColumn('Close'));
      const measures = computeAll({ returns: changes(equity), benchmark, periodsPerYear: 252, trades });
      assertFigures(measures, { ...expected.returns_metrics, ...expected.trade_metrics });
    });
  }
});

describe('figures published by backtesting.py', { skip: withoutReference }, () => {
  test('SmaCross(10, 30) on GOOG', () => {
    const vectors = load();
    const expected = vectors.published_backtesting_py.expected;
    const { equity, trades } = recordedRun(vectors.smacross.from_run);
    const { values } = computeAll({ returns: changes(equity), periodsPerYear: 252, trades });
    const pairs: Record<string, number | null> = {
      '# Trades': values.trades,
      'Return [%]': (values.total_return ?? Number.NaN) * 100,
      'Return (Ann.) [%]': (values.cagr ?? Number.NaN) * 100,
      'Max. Drawdown [%]': (values.max_drawdown ?? Number.NaN) * 100,
      'Avg. Drawdown [%]': (values.avg_drawdown ?? Number.NaN) * 100,
      'Calmar Ratio': values.calmar,
      'Win Rate [%]': (values.win_rate ?? Number.NaN) * 100,
      'Profit Factor': values.profit_factor_on_returns,
      'Expectancy [%]': (values.expectancy_return ?? Number.NaN) * 100,
      'Avg. Trade [%]': (values.geometric_mean_trade_return ?? Number.NaN) * 100,
      SQN: values.sqn,
      'Kelly Criterion': values.kelly,
      'Exposure Time [%]': (values.exposure ?? Number.NaN) * 100,
      'Equity Final [$]': values.final_equity,
    };
    for (const [name, value] of Object.entries(pairs)) assertClose(value, expected[name], 1e-8, name);
  });

  test('the longest drawdown is 584 days and the mean one 41', () => {
    const vectors = load();
    const { equity } = recordedRun(vectors.smacross.from_run);
    const { columns, values: goog } = referenceTable('reference/inputs/GOOG.csv');
    const time = goog[columns[0]];
    const { values } = measure({
      initialCapital: equity[0],
      equity: Float64Array.from(equity),
      time,
      position: new Float64Array(equity.length),
      firstBar: 0,
      returns: changes(equity),
      periodsPerYear: 252,
      cashRate: 0,
      trades: tradeColumns([]),
      costsPaid: 0,
      tradedNotional: 0,
    });
    const expected = vectors.published_backtesting_py.expected;
    assert.equal(values.max_drawdown_days, expected['Max. Drawdown Duration days']);
    const table = drawdownTable(time, Float64Array.from(equity), equity[0]);
    const meanDays = table.reduce((total, { lengthDays }) => total + lengthDays, 0) / table.length;
    assert.equal(Math.ceil(meanDays), expected['Avg. Drawdown Duration days']);
  });
});

describe('figures published by empyrical', { skip: withoutReference }, () => {
  /** Their tests, the metric each is about, and whether an undefined period counts as a return of 0 or is left out. */
  const subjects: Record<string, { metric: string; gaps: 'zero' | 'out' }> = {
    test_max_drawdown: { metric: 'max_drawdown', gaps: 'zero' },
    test_cum_returns_final: { metric: 'total_return', gaps: 'zero' },
    test_annual_ret: { metric: 'cagr', gaps: 'zero' },
    test_cagr: { metric: 'cagr', gaps: 'zero' },
    test_calmar: { metric: 'calmar', gaps: 'zero' },
    test_annual_volatility: { metric: 'volatility', gaps: 'out' },
    test_omega: { metric: 'omega_0', gaps: 'out' },
    test_sharpe_ratio: { metric: 'sharpe', gaps: 'out' },
    test_downside_risk: { metric: 'downside_deviation_ann', gaps: 'out' },
    test_sortino: { metric: 'sortino', gaps: 'out' },
    test_alpha: { metric: 'alpha_ann_compound', gaps: 'out' },
    test_beta: { metric: 'beta', gaps: 'out' },
    test_stability_of_timeseries: { metric: 'stability_r2', gaps: 'out' },
    test_tail_ratio: { metric: 'tail_ratio', gaps: 'zero' },
    test_up_capture: { metric: 'up_capture', gaps: 'zero' },
    test_down_capture: { metric: 'down_capture', gaps: 'zero' },
  };
  const periods: Record<string, number> = { daily: 252, weekly: 52, monthly: 12, yearly: 1 };

  for (const [name, { metric, gaps }] of Object.entries(subjects)) {
    test(`${name}: ${metric}`, () => {
      const { inputs, tests } = load().published_empyrical;
      let compared = 0;
      for (const given of tests[name].cases) {
        const series = (key: unknown) =>
          (inputs[String(key)]?.values ?? inputs[String(key)]?.frame?.returns)?.map(Number);
        const returns = series(given.returns);
        const benchmark = series(given.benchmark ?? given.factor_returns);
        const rf = Number(given.risk_free ?? 0) + Number(given.required_return ?? 0);
        if (returns === undefined || Number.isNaN(rf) || (given.starting_value ?? 0) !== 0) continue;
        if (Math.abs(rf) >= 1 || typeof given.expected === 'object') continue;
        const keep = returns.map((value, i) => !Number.isNaN(value) && !Number.isNaN(benchmark?.[i] ?? 0));
        const tidy = (values: number[]) =>
          Float64Array.from(
            gaps === 'out'
              ? values.filter((_, i) => keep[i])
              : values.map((value) => (Number.isNaN(value) ? 0 : value)),
          );
        const { values } = computeAll({
          returns: tidy(returns),
          periodsPerYear: periods[String(given.period ?? 'daily')],
          rf,
          ...(benchmark === undefined ? {} : { benchmark: tidy(benchmark) }),
        });
        const what = `${metric} of ${JSON.stringify(given)}`;
        const expected = Number(given.expected);
        if (Number.isFinite(expected)) {
          assertClose(
            values[metric],
            expected,
            Math.max(1e-8, 1.5 * 10 ** -Number(given.decimal_places ?? tests[name].decimals)),
            what,
          );
        } else assert.equal(values[metric], null, what);
        compared++;
      }
      assert.ok(compared > 0, 'nothing was compared');
    });
  }

  test('its extra figures, and those of ffn', () => {
    const { extra } = load().published_empyrical;
    const numbers = (value: unknown) => Float64Array.from(Array.isArray(value) ? value : []);
    const all = (returns: Float64Array, benchmark?: Float64Array) =>
      computeAll({ returns, periodsPerYear: 1, ...(benchmark === undefined ? {} : { benchmark }) }).values;
    const compute: Record<string, (given: Record<string, unknown>) => number | null> = {
      value_at_risk: ({ returns, cutoff }) => percentile(numbers(returns).sort(), Number(cutoff)),
      ulcer_index_pct: ({ prices }) => all(changes(numbers(prices))).ulcer_index_pct,
      'sortino not annualised': ({ returns }) => all(numbers(returns)).sortino,
      information_ratio: ({ returns, benchmark }) => all(numbers(returns), numbers(benchmark)).information_ratio,
    };
    const known = extra.filter(({ fn }) => String(fn) in compute);
    assert.equal(known.length, 9);
    for (const given of known) {
      assertClose(compute[String(given.fn)](given), Number(given.expected), 1e-8, JSON.stringify(given));
    }
  });
});
