import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { computeMetricsTool } from '@stratlab/mcp/tools/compute-metrics.ts';
import { tools as allTools } from '@stratlab/mcp/tools/index.ts';
import { checkExample } from '../laws/tool-example.ts';
import { referenceTable, referenceText, withoutReference } from '../reference.ts';
import { clientOf, failureIn } from './client.ts';
import { labFor } from './lab.ts';

type Figures = Record<string, number | null>;

async function toolFor(t: TestContext) {
  const client = await clientOf(t, labFor(t), { tools: [computeMetricsTool], toolsets: 'all' });
  const call = (given: Record<string, unknown>) => client.callTool({ name: 'compute_metrics', arguments: given });
  return {
    compute: async (given: Record<string, unknown>) => {
      const result = await call(given);
      assert.notEqual(result.isError, true, JSON.stringify(result.content));
      return Object(result.structuredContent);
    },
    failure: async (given: Record<string, unknown>) => failureIn(await call(given)),
  };
}

function assertFigures(answer: Record<string, unknown>, expected: Figures): void {
  for (const [name, value] of Object.entries(expected)) {
    const actual = answer[name];
    if (value === null) {
      assert.equal(actual, null, name);
      assert.equal(typeof Object(answer.undefined)[name], 'string', `${name} has no reason`);
    } else {
      const near = typeof actual === 'number' && Math.abs(actual - value) <= 1e-8 * Math.max(1, Math.abs(value));
      assert.ok(near, `${name}: ${actual}, expected ${value}`);
    }
  }
}

function changes(levels: ArrayLike<number>): number[] {
  return Array.from({ length: levels.length - 1 }, (_, i) => levels[i + 1] / levels[i] - 1);
}

test('its example runs', async (t) => {
  const answer = await checkExample(labFor(t), computeMetricsTool, allTools);
  assert.match(String(answer.summary), /^Return 2\.44 % over 5 periods, Sharpe /);
});

describe('the metric vectors through the tool', { skip: withoutReference }, () => {
  const vectors = () => JSON.parse(referenceText('reference/metrics_vectors.json.gz'));
  const goog = () => changes(referenceTable('reference/inputs/GOOG.csv').values.Close);

  test('the small sample, with and without a return of cash', async (t) => {
    const { compute } = await toolFor(t);
    const { small } = vectors();
    const given = { returns: small.returns, benchmark: small.benchmark, periods_per_year: small.ppy };
    assertFigures(await compute(given), small.metrics);
    assertFigures(await compute({ ...given, rf: small.rf_per_period }), small.metrics_rf);
  });

  test('GOOG bought and held', async (t) => {
    const { compute } = await toolFor(t);
    const { ppy, metrics } = vectors().goog_buy_hold;
    assertFigures(await compute({ returns: goog(), periods_per_year: ppy }), metrics);
  });

  for (const name of ['smacross', 'smacross_costs']) {
    test(`${name}: a recorded run with its trades as they were recorded, against GOOG`, async (t) => {
      const { compute } = await toolFor(t);
      const { from_run, periods_per_year, returns_metrics, trade_metrics } = vectors()[name];
      const { runs } = JSON.parse(referenceText('reference/backtests_goog.json.gz'));
      const { result } = runs.find(({ id }: { id: string }) => id === from_run);
      const trades = result.trades.map((row: unknown[]) =>
        Object.fromEntries(result.trade_fields.map((field: string, k: number) => [field, row[k]])),
      );
      const given = { returns: changes(result.equity), benchmark: goog(), periods_per_year, trades };
      assertFigures(await compute(given), { ...returns_metrics, ...trade_metrics });
    });
  }
});

test('what cannot be computed is null with a reason, and no other figure has one', async (t) => {
  const { compute } = await toolFor(t);
  const {
    summary,
    undefined: reasons,
    warnings,
    next,
    ...figures
  } = await compute({
    returns: [0, 0, 0],
    periods_per_year: 252,
  });
  assert.match(summary, /Sharpe undefined/);
  assert.equal(figures.sharpe, null);
  assert.equal(figures.total_return, 0);
  const missing = Object.keys(figures).filter((name) => figures[name] === null);
  assert.deepEqual(missing.toSorted(), Object.keys(reasons).toSorted());
  assert.deepEqual([warnings, next], [[], []]);
});

test('trades tell the exposure of either side', async (t) => {
  const { compute } = await toolFor(t);
  const { exposure, exposure_long, exposure_short } = await compute({
    returns: [0.01, 0.01, 0, -0.01, -0.01, 0, 0],
    periods_per_year: 252,
    trades: [
      { pnl: 2, size: 10, entry_bar: 0, exit_bar: 2 },
      { pnl: -2, quantity: 10, direction: 'short', entry_bar: 4, exit_bar: 4 },
    ],
  });
  assert.deepEqual([exposure, exposure_long, exposure_short], [4 / 8, 3 / 8, 1 / 8]);
});

test('what it cannot read is refused in words', async (t) => {
  const { failure } = await toolFor(t);
  const returns = [0.01, 0.02];
  const unequal = await failure({ returns, benchmark: [0.01], periods_per_year: 252 });
  assert.deepEqual([unequal.code, unequal.path], ['invalid_input', 'benchmark']);
  assert.equal((await failure({ returns })).path, 'periods_per_year');
  assert.equal((await failure({ returns: ['1 %'], periods_per_year: 252 })).path, 'returns.0');
  const long = await failure({ returns: new Array(100_001).fill(0), periods_per_year: 252 });
  assert.deepEqual([long.code, long.path], ['invalid_input', 'returns']);
});
