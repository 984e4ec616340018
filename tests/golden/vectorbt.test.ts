import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { readBarsToSimulate } from '@stratlab/lab/bars-to-simulate.ts';
import { chooseRun, type SimulatedOrders, simulateOrders } from '@stratlab/lab/simulate-orders.ts';
import { referencePath, referenceText, withoutReference } from '../reference.ts';

interface RecordedRun {
  data: string;
  kind: string;
  fill: 'close' | 'next_open';
  settings: { init_cash: number; fees?: number; fixed_fees?: number; size?: number };
  result: { order_fields: string[]; orders: number[][]; trades: number[][]; value: number[]; final_value: number };
}

const { runs }: { runs: RecordedRun[] } =
  withoutReference === false ? JSON.parse(referenceText('reference/backtests_vectorbt_goog.json.gz')) : { runs: [] };

const market = (run: RecordedRun) => readBarsToSimulate(referencePath(`reference/inputs/${run.data}.csv`));
const titled = (run: RecordedRun) => `${run.kind}, ${run.fill}, ${JSON.stringify(run.settings)}`;

function assertMoney(actual: number, expected: number, what: string): void {
  assert.ok(
    Math.abs(actual - expected) <= 1e-6 * Math.max(1, Math.abs(expected)),
    `${what}: ${actual}, not ${expected}`,
  );
}

/** Their last trade may be open, marked at the last close: status 0. */
function assertRun({ trades, open_trades, equity, final_equity }: SimulatedOrders, { result }: RecordedRun): void {
  const written = [...trades, ...open_trades];
  assert.equal(written.length, result.trades.length);
  assert.equal(open_trades.length, result.trades.filter((row) => row[10] === 0).length);
  for (const [k, row] of result.trades.entries()) {
    const [entryBar, entryPrice, entryFees, exitBar, exitPrice, exitFees, size, pnl, fraction, direction] = row;
    const trade = written[k];
    assert.deepEqual([trade.entry_bar, trade.exit_bar], [entryBar, exitBar], `trade ${k}`);
    const signed = direction === 0 ? size : -size;
    assert.ok(Math.abs(trade.size - signed) <= 1e-9 * size, `size ${k}: ${trade.size}, not ${signed}`);
    assertMoney(trade.entry_price, entryPrice, `entry price ${k}`);
    assertMoney(trade.exit_price, exitPrice, `exit price ${k}`);
    assertMoney(trade.commission, entryFees + exitFees, `fees ${k}`);
    assertMoney(trade.pnl, pnl, `pnl ${k}`);
    assertMoney(trade.return, fraction, `return ${k}`);
  }
  for (const [bar, value] of result.value.entries()) assertMoney(equity[bar], value, `value at bar ${bar}`);
  assertMoney(final_equity, result.final_value, 'final value');
}

test('every recorded run of vectorbt replays as it stands: its orders under our rules and its settings', {
  skip: withoutReference,
}, async (t) => {
  assert.equal(runs.length, 7);
  for (const run of runs) {
    await t.test(titled(run), () => assertRun(simulateOrders(market(run), chooseRun(run)), run));
  }
});

test('its sizes come out of our sizing: all cash where none was set', { skip: withoutReference }, async (t) => {
  for (const run of runs.filter(({ settings }) => settings.size === undefined)) {
    await t.test(titled(run), () => {
      const { orders, execution } = chooseRun(run);
      const all = orders.map((order) => ({
        ...order,
        size: order.kind === 'entry' ? Math.sign(order.size) : order.size * 2,
      }));
      const sizing = { method: 'percent_of_equity' };
      assertRun(simulateOrders(market(run), { orders: all, engine: null, execution }, { sizing }), run);
    });
  }
});

test('its rows of bar, size, price, fees and side are booked as the fills they are', {
  skip: withoutReference,
}, async (t) => {
  for (const run of runs) {
    await t.test(titled(run), () => {
      const { orders, order_fields } = run.result;
      const execution = { initial_capital: run.settings.init_cash, at_end: 'mark' };
      assertRun(simulateOrders(market(run), chooseRun({ orders, order_fields }), execution), run);
    });
  }
});

test('a run whose rules are not ours is booked as it was filled', () => {
  const bars = `time,open,high,low,close,volume
2020-01-01,100,100,100,100,0
2020-01-02,100,100,94,96,0
2020-01-03,97,98,96,98,0
`;
  const path = join(mkdtempSync(join(tmpdir(), 'stratlab-vectorbt-')), 'bars.csv');
  writeFileSync(path, bars);
  const order_fields = ['bar', 'size', 'price', 'fees', 'side(0 buy,1 sell)'];
  const run = (settings: object, orders: number[][]) => {
    const document = { fill: 'close', settings: { init_cash: 1000, ...settings }, result: { orders, order_fields } };
    return simulateOrders(readBarsToSimulate(path), chooseRun(document));
  };
  const stopped = run({ slippage: 0.01, sl_stop: 0.05 }, [
    [0, 5, 101, 0, 0],
    [1, 5, 95, 0, 1],
  ]);
  assert.deepEqual(stopped.equity, [995, 970, 970]);
  const reversed = run({ fixed_fees: 3 }, [
    [0, 5, 100, 3, 0],
    [1, 10, 96, 3, 1],
  ]);
  assert.deepEqual(reversed.equity, [997, 974, 964]);
  assert.deepEqual(
    reversed.open_trades.map(({ size, commission }) => [size, commission]),
    [[-5, 1.5]],
  );
});
