import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { decisionsFromCrossing } from '@stratlab/backtests/crossing.ts';
import { DrawdownWatch, deepest, findDrawdowns } from '@stratlab/backtests/drawdowns.ts';
import { overrideExecution } from '@stratlab/backtests/execution.ts';
import { measure, simulationSample } from '@stratlab/backtests/measure.ts';
import { sessionReturns } from '@stratlab/backtests/session-returns.ts';
import { simulate } from '@stratlab/backtests/simulate.ts';
import { type PairResult, type Sweep, SweepPool, sweep } from '@stratlab/backtests/sweep.ts';
import { type Bars, mapColumns } from '@stratlab/data/bars.ts';
import { crypto } from '@stratlab/data/calendars/crypto.ts';
import { guessInstrument } from '@stratlab/data/instrument.ts';
import { normal, seededRandom } from '@stratlab/data/random.ts';
import { movingAverage } from '@stratlab/strategies/smoothing.ts';
import fc from 'fast-check';

const rows = 3000;
const capital = 10_000;
const instrument = guessInstrument('SYN-WALK');
const pairs = [5, 9, 20].flatMap((fast) => [21, 50, 77, 140].map((slow) => ({ fast, slow })));

/** Ten-minute bars, twenty sessions and a part. */
function randomWalk(seed: number): Bars {
  const random = seededRandom(seed);
  const bars = mapColumns(() => new Float64Array(rows));
  let close = 100;
  for (let t = 0; t < rows; t++) {
    const open = close * (1 + 0.001 * normal(random));
    close = open * (1 + 0.004 * normal(random));
    bars.time[t] = Date.UTC(2024, 0, 1) + t * 600_000;
    bars.open[t] = open;
    bars.high[t] = Math.max(open, close) * (1 + 0.002 * random());
    bars.low[t] = Math.min(open, close) * (1 - 0.002 * random());
    bars.close[t] = close;
    bars.volume[t] = 1000;
  }
  return bars;
}

function request(execution: object = {}, changes: Partial<Sweep> = {}): Sweep {
  return {
    bars: randomWalk(1),
    pairs,
    average: 'sma',
    direction: 'long',
    execution: overrideExecution({ costs: 'none', commission: { percent: 0.0005 } }, execution),
    instrument,
    initialCapital: capital,
    periodsPerYear: 365,
    cashRate: 0.0001,
    ...changes,
  };
}

/** The same by the functions that a single backtest is made of. */
function onePair({ bars, average, direction, execution, ...terms }: Sweep, fast: number, slow: number): PairResult {
  const column = (period: number) => movingAverage(bars.close, period, average);
  const decisions = decisionsFromCrossing(column(fast), column(slow), slow, direction);
  const run = simulate(bars, decisions, execution, instrument, capital);
  const { returns } = sessionReturns(run.time, run.equity, capital, crypto);
  const { periodsPerYear, cashRate } = terms;
  const { values } = measure(simulationSample(run, { returns, periodsPerYear, cashRate }));
  return {
    fast,
    slow,
    trades: run.trades.length,
    total_return: values.total_return ?? Number.NaN,
    max_drawdown: values.max_drawdown ?? Number.NaN,
    sharpe: values.sharpe,
  };
}

const executions: Record<string, object> = {
  'all the defaults': {},
  'a stop and a target': {
    stop_loss: { percent: 0.01 },
    take_profit: { percent: 0.02 },
    slippage: { percent: 0.0002 },
  },
  'a trailing stop': { trailing_stop: { atr: 3 }, intrabar: 'optimistic' },
  'a longest time': { max_holding_bars: 7, fill: 'next_close' },
  'financing and leverage': {
    financing: { short_borrow_annual: 0.5, cash_annual: 0.1, margin_annual: 0.2 },
    sizing: { method: 'percent_of_equity', value: 3 },
    leverage: 3,
  },
  'partial fills': { volume_limit: 0.03, stop_loss: { percent: 0.01 } },
  'fills at the signal': { fill: 'signal_close', at_end: 'mark', sizing: { method: 'units', value: 10 } },
};

describe('sweep', () => {
  for (const [name, execution] of Object.entries(executions)) {
    for (const direction of ['long', 'both'] as const) {
      test(`every pair is what simulate and measure make of it, ${direction}, ${name}`, () => {
        const asked = request(execution, { direction });
        const results = sweep(asked);
        assert.deepEqual(
          results,
          pairs.map(({ fast, slow }) => onePair(asked, fast, slow)),
        );
        assert.ok(results.some(({ trades }) => trades > 20));
      });
    }
  }

  test('exponential averages too', () => {
    const asked = request({}, { average: 'ema', pairs: [{ fast: 12, slow: 26 }] });
    assert.deepEqual(sweep(asked), [onePair(asked, 12, 26)]);
  });

  test('a pair that never trades has no Sharpe ratio', () => {
    const flat = mapColumns((name) => (name === 'time' ? randomWalk(1).time : new Float64Array(rows).fill(100)));
    const [result] = sweep(request({}, { bars: flat, pairs: [{ fast: 5, slow: 21 }] }));
    assert.deepEqual(result, { fast: 5, slow: 21, trades: 0, total_return: 0, max_drawdown: 0, sharpe: null });
  });

  test('refuses what is no pair, bars that are too few or cannot be traded, and sizes without a signal', () => {
    const refusal =
      (changes: Partial<Sweep>, execution = {}) =>
      () =>
        sweep(request(execution, changes));
    assert.throws(refusal({ pairs: [] }), { code: 'invalid_input' });
    assert.throws(refusal({ pairs: [{ fast: 20, slow: 10 }] }), /fast 20, slow 10 is no pair/);
    assert.throws(refusal({ pairs: [{ fast: 1.5, slow: 10 }] }), { code: 'invalid_input' });
    assert.throws(refusal({ pairs: [{ fast: 5, slow: rows }] }), { code: 'insufficient_data' });
    assert.throws(refusal({}, { sizing: { method: 'confidence' } }), { code: 'invalid_input' });
    assert.throws(refusal({}, { quotes: { bid: 'B', ask: 'A' } }), /were not given/);
    const bars = randomWalk(1);
    bars.low[2900] = Number.NaN;
    assert.throws(refusal({ bars }), /Bar 2900/);
  });
});

describe('SweepPool', () => {
  const pools = [1, 2, 5].map((threads) => new SweepPool(threads));
  after(() => Promise.all(pools.map((pool) => pool.close())));

  test('results do not depend on the number of threads, nor on the sweep before', async () => {
    const first = request(executions['a stop and a target']);
    const second = request({}, { direction: 'both', bars: randomWalk(2), pairs: pairs.toReversed() });
    for (const pool of pools) {
      const [one, two] = await Promise.all([pool.run(first), pool.run(second)]);
      assert.deepEqual(one, sweep(first));
      assert.deepEqual(two, sweep(second));
    }
  });

  test('a refused sweep leaves the pool as it was', async () => {
    await assert.rejects(pools[1].run(request({}, { pairs: [] })), { code: 'invalid_input' });
    assert.deepEqual(await pools[1].run(request()), sweep(request()));
  });
});

const level = fc.constantFrom(1, 2, 3, Number.NaN);

test('a crossing is where one column was not above the other, and is', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(level, level), { minLength: 2 }), fc.nat(5), (points, firstBar) => {
      const [fast, slow] = [0, 1].map((k) => Float64Array.from(points, (point) => point[k]));
      const decisions = decisionsFromCrossing(fast, slow, firstBar, 'both');
      for (let t = 0; t < points.length; t++) {
        const seen = t >= firstBar && t > 0;
        const above = seen && fast[t] > slow[t] && fast[t - 1] <= slow[t - 1];
        const below = seen && fast[t] < slow[t] && fast[t - 1] >= slow[t - 1];
        assert.deepEqual(
          [decisions.enterLong[t], decisions.exitShort[t], decisions.exitLong[t], decisions.enterShort[t]],
          [above, above, below, below].map(Number),
        );
      }
    }),
  );
});

test('a watched curve has the deepest drawdown of the curve', () => {
  const step = fc.oneof(fc.double({ min: 0.5, max: 2, noNaN: true }), fc.constantFrom(1, 1 - 1e-13, 1 + 1e-13));
  fc.assert(
    fc.property(fc.array(step, { minLength: 1 }), (steps) => {
      let equity = capital;
      const curve = Float64Array.from([1, ...steps], (factor) => {
        equity *= factor;
        return equity;
      });
      const watch = new DrawdownWatch(capital);
      for (const value of curve.subarray(1)) watch.see(value);
      assert.equal(watch.depth, deepest(findDrawdowns(curve))?.depth ?? 0);
    }),
  );
});
