import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { describe, test } from 'node:test';
import { measure } from '@stratlab/backtests/measure.ts';
import type { Metric, MetricSample } from '@stratlab/backtests/metric.ts';
import { metrics } from '@stratlab/backtests/metrics/index.ts';
import { tradeColumns } from '@stratlab/backtests/trade-columns.ts';
import fc from 'fast-check';

const folder = new URL('../../backtests/metrics/', import.meta.url);

/** The contract of `run_backtest`. */
const headline =
  `total_return cagr volatility sharpe sharpe_se sortino calmar max_drawdown max_drawdown_days ulcer_index
  var_95 cvar_95 skew kurtosis win_rate profit_factor expectancy average_win average_loss sqn kelly exposure turnover
  trades average_bars_held costs_paid final_equity psr periods_per_year`.split(/\s+/);

/** A daily run that made these returns, with trades of these P&Ls. */
function sampleOf(returns: readonly number[], pnls: readonly number[] = []): MetricSample {
  let level = 10_000;
  const equity = Float64Array.from(returns, (value) => {
    level *= 1 + value;
    return level;
  });
  return {
    initialCapital: 10_000,
    equity,
    time: Float64Array.from(returns, (_, row) => row * 86_400_000),
    position: Float64Array.from(returns, (_, row) => row % 3),
    firstBar: 0,
    returns: Float64Array.from(returns),
    periodsPerYear: 252,
    cashRate: 0,
    trades: tradeColumns(
      pnls.map((pnl, k) => ({
        direction: 'long',
        pnl,
        return: pnl / 10_000,
        commission: 1,
        entryBar: k,
        exitBar: k + 2,
      })),
    ),
    costsPaid: 7,
    tradedNotional: 50_000,
  };
}

const varied = [0.01, -0.02, 0.015, 0.03, -0.01, 0, 0.005, -0.025, 0.02];
const full: MetricSample = {
  ...sampleOf(varied, [120, -80, 45, -10]),
  benchmark: Float64Array.of(0.008, -0.01, 0.012, 0.01, -0.012, 0.001, 0.002, -0.02, 0.015),
};

/** Steps of a hundredth of a percent and of a cent: nothing that rounding could pass for zero. */
const stepped = (bound: number, step: number) =>
  fc.integer({ min: -bound / step, max: bound / step }).map((steps) => steps * step);
const returnsArbitrary = fc.array(stepped(0.2, 0.0001), { minLength: 5, maxLength: 40 });
const pnlArbitrary = fc.array(stepped(500, 0.01), { maxLength: 12 });

function assertSame(actual: number | null, expected: number | null, what: string): void {
  if (actual === null || expected === null) assert.equal(actual, expected, what);
  else
    assert.ok(
      Math.abs(actual - expected) <= 1e-6 * Math.max(1e-3, Math.abs(expected)),
      `${what}: ${actual}, ${expected}`,
    );
}

test('the list of metrics is the folder, file for file', () => {
  const files = readdirSync(folder).filter((file) => file !== 'index.ts');
  const names = metrics.map((metric) => `${metric.name.replaceAll('_', '-')}.ts`);
  assert.deepEqual(names.toSorted(), files.toSorted());
});

test('every metric of the contract is shown, and no other', () => {
  const shown = metrics.filter((metric) => metric.headline).map((metric) => metric.name);
  assert.deepEqual(shown.toSorted(), headline.toSorted());
  assert.deepEqual(Object.keys(measure(full).values).toSorted(), headline.toSorted());
});

for (const metric of metrics) {
  describe(`the metric ${metric.name}`, () => {
    test('states its title, unit, formula and source', () => {
      assert.match(metric.name, /^[a-z0-9_]+$/);
      for (const statement of [metric.title, metric.unit, metric.formula, metric.source]) {
        assert.ok(statement.length > 3, `"${statement}" says nothing`);
      }
    });

    test('has a value where everything it needs is there', () => {
      // A drawdown that ended is part of that.
      const recovered = { ...full, ...sampleOf([...varied, 0.3], [120, -80, 45, -10]) };
      const benchmark = Float64Array.of(...(full.benchmark ?? []), 0.01);
      assert.equal(typeof metric.compute({ ...recovered, benchmark }), 'number');
    });

    test('is never NaN or infinite, and where it has no value it says why', () => {
      const poor = [
        sampleOf([]),
        sampleOf([0.01]),
        sampleOf([0, 0, 0, 0]),
        sampleOf(Array.from({ length: 300 }, () => 0.001)),
        sampleOf([-1, 0, 0]),
        sampleOf([0.1, -1.5, 0]),
        sampleOf(varied, [10, 20]),
        sampleOf(varied, [-10, -20]),
        sampleOf(varied, [0, 0]),
        sampleOf(varied, [5, 5, 5]),
        { ...sampleOf(varied), benchmark: new Float64Array(varied.length) },
        { ...sampleOf([0, 0, 0]), benchmark: Float64Array.of(0.01, -0.01, 0.02) },
        { ...sampleOf(varied, [1]), position: new Float64Array(0), tradedNotional: Number.NaN, costsPaid: Number.NaN },
      ];
      for (const sample of poor) assertAnswered(metric, sample);
      fc.assert(
        fc.property(returnsArbitrary, pnlArbitrary, (returns, pnls) => assertAnswered(metric, sampleOf(returns, pnls))),
        { numRuns: 20 },
      );
    });

    test('scales with the account where it is money, and else does not depend on its size', () => {
      fc.assert(
        fc.property(returnsArbitrary, pnlArbitrary, fc.constantFrom(0.25, 8, 1024), (returns, pnls, factor) => {
          const sample = sampleOf(returns, pnls);
          const value = figureOf(metric, sample);
          const scale = metric.unit === 'money' ? factor : 1;
          assertSame(figureOf(metric, inflated(sample, factor)), value === null ? null : value * scale, metric.name);
        }),
        { numRuns: 20 },
      );
    });
  });
}

function figureOf(metric: Metric, sample: MetricSample): number | null {
  return measure(sample, [metric]).values[metric.name];
}

function assertAnswered(metric: Metric, sample: MetricSample): void {
  const { values, undefined: reasons } = measure(sample, [metric]);
  const value = values[metric.name];
  if (value === null) assert.ok(reasons[metric.name]?.length > 5, 'no reason is given');
  else assert.ok(Number.isFinite(value) && !(metric.name in reasons));
}

function inflated(sample: MetricSample, factor: number): MetricSample {
  return {
    ...sample,
    initialCapital: sample.initialCapital * factor,
    equity: sample.equity.map((value) => value * factor),
    trades: {
      ...sample.trades,
      pnl: sample.trades.pnl.map((made) => made * factor),
      commission: sample.trades.commission.map((paid) => paid * factor),
    },
    costsPaid: sample.costsPaid * factor,
    tradedNotional: sample.tradedNotional * factor,
  };
}

describe('what rounding leaves of a constant series is not a risk', () => {
  const constant = measure(sampleOf(Array.from({ length: 500 }, () => 0.0001)), metrics);

  for (const name of [
    'sharpe',
    'sharpe_se',
    'sortino',
    'calmar',
    'skew',
    'kurtosis',
    'psr',
    'omega_0',
    'gain_to_pain',
  ]) {
    test(`${name} of a steady gain has no value`, () => {
      assert.equal(constant.values[name], null);
      assert.ok(name in constant.undefined);
    });
  }

  test('its volatility and drawdown are 0', () => {
    assert.equal(constant.values.volatility, 0);
    assert.equal(constant.values.max_drawdown, 0);
    assert.equal(constant.values.max_drawdown_days, 0);
  });

  test('nor is that of equity that was computed from prices', () => {
    const equity = Float64Array.from({ length: 400 }, (_, i) => 10_000 + 0.1 * i - 0.1 * i);
    const returns = equity.map((value, i) => value / (i === 0 ? 10_000 : equity[i - 1]) - 1);
    const { values } = measure({ ...sampleOf([]), equity, returns, time: Float64Array.from(equity.keys()) });
    assert.deepEqual([values.sharpe, values.calmar, values.max_drawdown], [null, null, 0]);
  });
});

describe('twice the position', () => {
  const unchanged = [
    'sharpe',
    'sortino',
    'sharpe_se',
    'skew',
    'kurtosis',
    'psr',
    'omega_0',
    'tail_ratio',
    'pct_positive',
  ];
  const doubled = [
    'volatility',
    'var_95',
    'cvar_95',
    'var_gaussian_99',
    'downside_deviation_ann',
    'best',
    'worst',
    'beta',
  ];

  for (const name of [...unchanged, ...doubled]) {
    test(`${unchanged.includes(name) ? 'leaves' : 'doubles'} ${name}`, () => {
      fc.assert(
        fc.property(returnsArbitrary, (returns) => {
          const benchmark = Float64Array.from(returns, (value, i) => 0.5 * value + 0.01 * Math.sin(i));
          const once = measure({ ...sampleOf(returns), benchmark }, metrics).values[name];
          const twice = measure({ ...sampleOf(returns.map((value) => 2 * value)), benchmark }, metrics).values[name];
          assertSame(twice, once === null ? null : once * (unchanged.includes(name) ? 1 : 2), name);
        }),
        { numRuns: 50 },
      );
    });
  }
});

describe('the opposite position', () => {
  for (const name of ['sharpe', 'skew', 'ann_return_arithmetic', 'information_ratio']) {
    test(`turns the sign of ${name}`, () => {
      fc.assert(
        fc.property(returnsArbitrary, (returns) => {
          const benchmark = new Float64Array(returns.length);
          const value = measure({ ...sampleOf(returns), benchmark }, metrics).values[name];
          const mirrored = measure({ ...sampleOf(returns.map((x) => -x)), benchmark }, metrics).values[name];
          assertSame(mirrored, value === null ? null : -value, name);
        }),
        { numRuns: 50 },
      );
    });
  }

  test('turns a probabilistic Sharpe ratio into its complement', () => {
    const there = measure(sampleOf(varied)).values.psr;
    const back = measure(sampleOf(varied.map((value) => -value))).values.psr;
    assert.ok(there !== null && back !== null && Math.abs(there + back - 1) < 1e-12);
  });
});

test('held against itself, a result has beta 1, alpha 0, capture 1 and no tracking error', () => {
  const { values, undefined: reasons } = measure({ ...full, benchmark: full.returns }, metrics);
  for (const [name, expected] of Object.entries({ beta: 1, correlation: 1, up_capture: 1, down_capture: 1 })) {
    assertSame(values[name], expected, name);
  }
  assert.ok(Math.abs(values.alpha_per_period ?? 1) < 1e-15);
  assert.equal(values.information_ratio, null);
  assert.ok('tracking_error_ann' in reasons);
});

test('wins and losses make up the expectancy', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 20 }), (pnls) => {
      const { values } = measure(sampleOf(varied, pnls), metrics);
      const won = (values.win_rate ?? 0) * (values.average_win ?? 0);
      const lost = (values.loss_rate ?? 0) * (values.average_loss ?? 0);
      assertSame(values.expectancy, won + lost, 'expectancy');
    }),
  );
});
