import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readBarsToSimulate } from '@stratlab/lab/bars-to-simulate.ts';
import { chooseRun, type SimulatedOrders, simulateOrders } from '@stratlab/lab/simulate-orders.ts';
import { referencePath, referenceText, withoutReference } from '../reference.ts';

interface RecordedRun {
  id: string;
  data: string;
  engine: { finalize_trades: boolean };
  result: { trade_fields: string[]; trades: (number | null)[][]; equity: number[]; final_equity: number };
}

const recorded = 'reference/backtests_goog.json.gz';
const runs: RecordedRun[] = withoutReference === false ? JSON.parse(referenceText(recorded)).runs : [];
const barsOf = ({ data }: RecordedRun) => referencePath(`reference/inputs/${data}.csv`);

const folder = mkdtempSync(join(tmpdir(), 'stratlab-simulate-'));
after(() => rmSync(folder, { recursive: true }));

function file(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

/** The real command in a process of its own. */
function stratlab(...flags: string[]) {
  const main = fileURLToPath(import.meta.resolve('@stratlab/cli/main.ts'));
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, 'simulate', ...flags], { encoding: 'utf8' });
  return { status, stdout, stderr, result: (): SimulatedOrders => JSON.parse(stdout) };
}

function assertMoney(actual: number | null, expected: number | null, what: string): void {
  if (actual === null || expected === null) {
    assert.equal(actual, expected, what);
    return;
  }
  assert.ok(
    Math.abs(actual - expected) <= 1e-6 * Math.max(1, Math.abs(expected)),
    `${what}: ${actual}, not ${expected}`,
  );
}

function assertRun({ trades, equity, final_equity }: SimulatedOrders, { result }: RecordedRun): void {
  assert.equal(trades.length, result.trades.length);
  const exact = new Set(['size', 'entry_bar', 'exit_bar']);
  for (const [k, trade] of trades.entries()) {
    const written: Record<string, number | null> = { ...trade, return_pct: trade.return };
    for (const [j, field] of result.trade_fields.entries()) {
      if (exact.has(field)) assert.equal(written[field], result.trades[k][j], `trade ${k} ${field}`);
      else assertMoney(written[field], result.trades[k][j], `trade ${k} ${field}`);
    }
  }
  assert.equal(equity.length, result.equity.length);
  for (const [bar, expected] of result.equity.entries()) assertMoney(equity[bar], expected, `equity of bar ${bar}`);
  assertMoney(final_equity, result.final_equity, 'final equity');
}

test('every recorded run replays as it stands through the operation', { skip: withoutReference }, async (t) => {
  assert.equal(runs.length, 21);
  for (const run of runs) {
    await t.test(run.id, () => {
      const simulated = simulateOrders(readBarsToSimulate(barsOf(run)), chooseRun(run));
      assertRun(simulated, run);
      assert.equal(simulated.statistics.trades, run.result.trades.length);
      assert.equal(simulated.open_trades.length > 0, !run.engine.finalize_trades);
    });
  }
});

test('the command prints one of them as one JSON object', { skip: withoutReference }, () => {
  const run = runs[2];
  const orders = file('run.json', run);
  const { status, result } = stratlab('--bars', barsOf(run), '--orders', orders, '--json');
  assert.equal(status, 0);
  assertRun(result(), run);
  const { statistics } = result();
  assert.ok(Math.abs(Number(statistics.final_equity) - run.result.final_equity) < 1e-6);
  assert.equal(typeof statistics.sharpe, 'number');
  assert.equal(statistics.periods_per_year, 252);
});

test('the command takes one run out of the whole file by its id', { skip: withoutReference }, () => {
  const whole = referencePath(recorded);
  const chosen = stratlab('--bars', barsOf(runs[19]), '--orders', whole, '--run', runs[19].id, '--json');
  assertRun(chosen.result(), runs[19]);
  const unknown = stratlab('--bars', barsOf(runs[0]), '--orders', whole);
  assert.equal(unknown.status, 1);
  assert.match(unknown.stderr, /holds 21 runs/);
});

const bars = `,Open,HIGH,low,Close,Volume
2020-01-31 22:00:00,100,101,99,100,1000
2020-01-31 23:00:00,102,104,101,103,1000
2020-02-03 00:00:00,105,106,104,105,1000
`;

test('a list without an engine runs under our rules and the execution that is given', () => {
  const orders = file('orders.json', {
    orders: [
      [0, 'entry', 10],
      [1, 'entry', -4],
    ],
    order_fields: ['issued_on_bar', 'kind', 'size'],
  });
  const execution = { initial_capital: 5000, costs: 'none', commission: { fixed: 1 } };
  const { status, result, stderr } = stratlab(
    ...['--bars', file('bars.csv', bars), '--orders', orders, '--execution', JSON.stringify(execution), '--json'],
  );
  assert.equal(status, 0, stderr);
  const { trades, equity, final_equity, statistics } = result();
  assert.deepEqual(
    trades.map(({ size, entry_bar, exit_bar, exit_price }) => [size, entry_bar, exit_bar, exit_price]),
    [
      [4, 1, 2, 105],
      [6, 1, 2, 105],
    ],
  );
  assert.deepEqual(equity, [5000, 5009, 5027]);
  assert.equal(final_equity, 5027);
  assert.equal(statistics.commission_paid, 3);
  const inFile = stratlab(
    ...[
      '--bars',
      file('bars.csv', bars),
      '--orders',
      orders,
      '--execution',
      file('execution.json', execution),
      '--json',
    ],
  );
  assert.deepEqual(inFile.result(), result());
});

test('a bid and an ask are what is sold and bought at', () => {
  const shifted = (by: number) =>
    bars.replace(/^(2020.*?),(\d+),(\d+),(\d+),(\d+),/gm, (_, time, ...prices) =>
      [time, ...prices.slice(0, 4).map((price: string) => Number(price) + by), ''].join(','),
    );
  const orders = file('two.json', {
    orders: [
      { issued_on_bar: 0, kind: 'entry', size: 10 },
      { issued_on_bar: 1, kind: 'close' },
    ],
  });
  const sides = ['--bid', file('bid.csv', shifted(-1)), '--ask', file('ask.csv', shifted(1))];
  const flags = ['--bars', file('bars.csv', bars), '--orders', orders, '--execution', '{"costs": "none"}', '--json'];
  const { status, result, stderr } = stratlab(...flags, ...sides);
  assert.equal(status, 0, stderr);
  assert.deepEqual(
    result().trades.map(({ entry_price, exit_price }) => [entry_price, exit_price]),
    [[103, 104]],
  );
  const half = stratlab(...flags, ...sides.slice(0, 2));
  assert.deepEqual([half.status, half.stdout], [2, '']);
  assert.match(half.stderr, /--bid and --ask belong together/);
  const crossed = stratlab(...flags, '--bid', sides[3], '--ask', sides[1]);
  assert.equal(crossed.status, 1);
  assert.match(crossed.stderr, /Bar 0 .* the ask 99 is below the bid 101 at the open/);
  const engine = file('engine.json', { orders: [], engine: { cash: 1000 } });
  assert.equal(stratlab('--bars', file('bars.csv', bars), '--orders', engine, '--json', ...sides).status, 2);
});

test('without --json it prints the figures for a person', () => {
  const { status, stdout } = stratlab('--bars', file('bars.csv', bars), '--orders', file('none.json', { orders: [] }));
  assert.equal(status, 0);
  assert.match(stdout, /^0 trades closed, 0 open at the end; final equity 100000\.\n/);
  assert.match(stdout, /sharpe: - \(the returns do not vary\)/);
});

test('an engine and an execution contradict each other: that is a fault of usage', () => {
  const orders = file('engine.json', { orders: [], engine: { cash: 1000 } });
  const { status, stdout, stderr } = stratlab(
    ...['--bars', file('bars.csv', bars), '--orders', orders, '--execution', '{}', '--json'],
  );
  assert.deepEqual([status, stdout], [2, '']);
  assert.match(stderr, /--execution/);
});

test('a missing flag is a fault of usage, a bad file a failure that says what is wrong with it', () => {
  assert.equal(stratlab('--json').status, 2);
  const csv = file('bars.csv', bars);
  const failing: [string[], RegExp][] = [
    [['--bars', csv, '--orders', join(folder, 'nowhere.json')], /no file/],
    [['--bars', csv, '--orders', file('half.json', '{"orders": [')], /not JSON/],
    [
      ['--bars', csv, '--orders', file('kind.json', { orders: [{ issued_on_bar: 0, kind: 'buy', size: 1 }] })],
      /orders\.0\.kind/,
    ],
    [
      ['--bars', csv, '--orders', file('late.json', { orders: [{ issued_on_bar: 9, kind: 'entry', size: 1 }] })],
      /bar 9 of 3/,
    ],
    [['--bars', file('bad.csv', 'time,open\n1,2\n'), '--orders', file('none.json', { orders: [] })], /no column/],
    [['--bars', csv, '--orders', file('none.json', { orders: [] }), '--execution', '{"fil": "next_open"}'], /fill/],
  ];
  for (const [flags, message] of failing) {
    const { status, stdout, stderr } = stratlab(...flags, '--json');
    assert.deepEqual([status, stdout], [1, ''], stderr);
    assert.match(stderr, message);
  }
});
