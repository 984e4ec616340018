import assert from 'node:assert/strict';
import test from 'node:test';
import { type Decisions, noDecisions } from '@stratlab/backtests/decisions.ts';
import { type Execution, overrideExecution } from '@stratlab/backtests/execution.ts';
import type { ExplicitOrder } from '@stratlab/backtests/explicit-order.ts';
import { readOrderDocument } from '@stratlab/backtests/order-document.ts';
import { type Replay, type ReplayEngine, replayEngineSchema, replayOrders } from '@stratlab/backtests/replay.ts';
import { simulate } from '@stratlab/backtests/simulate.ts';
import { type Bars, mapColumns } from '@stratlab/data/bars.ts';
import { guessInstrument } from '@stratlab/data/instrument.ts';
import { referenceTable, referenceText, withoutReference } from '../reference.ts';

interface RecordedRun {
  id: string;
  data: string;
  strategy: string;
  params: { size?: number };
  note?: string;
  engine: unknown;
  result: { trade_fields: string[]; trades: (number | null)[][]; equity: number[]; final_equity: number };
}

const moneyTolerance = 1e-6;

function recordedRuns(): RecordedRun[] {
  return JSON.parse(referenceText('reference/backtests_goog.json.gz')).runs;
}

function barsOf(data: string): Bars {
  const { columns, values } = referenceTable(`reference/inputs/${data}.csv`);
  const [time, ...prices] = columns;
  const named = new Map([['time', values[time]], ...prices.map((name) => [name.toLowerCase(), values[name]] as const)]);
  return mapColumns((name) => named.get(name) ?? assert.fail(`${data} has no ${name}`));
}

function assertMoney(actual: number | null, expected: number | null, what: string): void {
  if (actual === null || expected === null) {
    assert.equal(actual, expected, what);
    return;
  }
  const error = Math.abs(actual - expected) / Math.max(1, Math.abs(expected));
  assert.ok(error <= moneyTolerance, `${what}: ${actual} is not ${expected}`);
}

function assertTrades({ trades }: Replay, { trades: expected, trade_fields }: RecordedRun['result']): void {
  assert.equal(trades.length, expected.length, 'number of trades');
  const exact = new Set(['size', 'entry_bar', 'exit_bar']);
  for (const [k, trade] of trades.entries()) {
    const actual: Record<string, number | null> = { ...trade, return_pct: trade.return };
    for (const [j, field] of trade_fields.entries()) {
      const what = `trade ${k} ${field}`;
      if (exact.has(field)) assert.equal(actual[field], expected[k][j], what);
      else assertMoney(actual[field], expected[k][j], what);
    }
  }
}

test('every recorded run of backtesting.py replays from its orders: trades, equity of every bar', {
  skip: withoutReference,
}, async (t) => {
  for (const run of recordedRuns()) {
    await t.test(run.id, () => {
      const { orders, engine } = readOrderDocument(run);
      const replay = replayOrders(barsOf(run.data), orders, engine ?? replayEngineSchema.parse({}));
      assertTrades(replay, run.result);
      for (const [bar, expected] of run.result.equity.entries())
        assertMoney(replay.equity[bar], expected, `bar ${bar}`);
      assertMoney(replay.final_equity, run.result.final_equity, 'final equity');
    });
  }
});

/** The decisions a run's market orders stand for: an entry's sign, and closes that no entry of the bar replaces. */
function decisionsOf(orders: ExplicitOrder[], bars: number): Decisions {
  const decisions = noDecisions(bars);
  for (const { issued_on_bar: t, kind, size } of orders) {
    if (kind === 'entry') (size > 0 ? decisions.enterLong : decisions.enterShort)[t] = 1;
    if (kind === 'close') (size < 0 ? decisions.exitLong : decisions.exitShort)[t] = 1;
  }
  return decisions;
}

/** A bracket's levels as the formulas of the rule text gave them at the bar of decision. */
function bracketPrices(orders: ExplicitOrder[]): Decisions['prices'] {
  const entries = new Map(orders.filter(({ kind }) => kind === 'entry').map((order) => [order.issued_on_bar, order]));
  return {
    entry: (bar) => entries.get(bar)?.limit ?? Number.NaN,
    stopLoss: (bar) => entries.get(bar)?.sl ?? Number.NaN,
    takeProfit: [(bar) => entries.get(bar)?.tp ?? Number.NaN],
  };
}

function executionOf(engine: ReplayEngine, strategy: string, params: { size?: number }): Execution {
  const bracket = { stop_loss: { price: 'sl' }, take_profit: { price: 'tp' }, limit_fill: 'touch' };
  return overrideExecution(strategy === 'RsiBracket' ? bracket : {}, {
    costs: 'none',
    commission: { percent: engine.commission },
    spread: { percent: engine.spread },
    fill: engine.trade_on_close ? 'signal_close' : 'next_open',
    leverage: 1 / engine.margin,
    sizing: params.size
      ? { method: 'units', value: params.size }
      : { method: 'percent_of_equity', value: 1 / engine.margin },
  });
}

test('simulate makes the same trades from the decisions behind those runs, where the rules are the same', {
  skip: withoutReference,
}, async (t) => {
  const sameRules = ({ id }: RecordedRun) => /SmaCross:|SmaLongOnly|RsiBracket/.test(id) && !id.includes('[5, 0.001]');
  for (const run of recordedRuns().filter(sameRules)) {
    await t.test(run.id, () => {
      const bars = barsOf(run.data);
      const { orders, engine = null } = readOrderDocument(run);
      assert.ok(engine !== null);
      const decisions = { ...decisionsOf(orders, bars.time.length), prices: bracketPrices(orders) };
      const execution = executionOf(engine, run.strategy, run.params);
      const simulation = simulate(bars, decisions, execution, guessInstrument(run.data), engine.cash);
      const expected = run.result.trades.filter(([, , exitBar]) => Number(exitBar) < 2146);
      assert.ok(expected.length > 30);
      for (const [k, [size, entryBar, exitBar, entryPrice, exitPrice, , , pnl]] of expected.entries()) {
        const trade = simulation.trades[k];
        const signed = trade.direction === 'long' ? trade.quantity : -trade.quantity;
        assert.deepEqual([signed, trade.entryBar, trade.exitBar], [size, entryBar, exitBar], `trade ${k}`);
        assertMoney(trade.entryPrice, entryPrice, `trade ${k} entry price`);
        assertMoney(trade.exitPrice, exitPrice, `trade ${k} exit price`);
        assertMoney(trade.pnl, pnl, `trade ${k} pnl`);
      }
    });
  }
});
