import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { cli, type Session, serve } from '../end-to-end/client.ts';
import { referencePath, referenceTable, referenceText, withoutReference } from '../reference.ts';

/*
 * The recorded runs of backtesting.py and vectorbt as strategies: the rule of each is written as a document, its settings
 * as `execution` overrides of run_backtest, on bars that `stratlab import` has stored, all through the public tools.
 */

const moneyTolerance = 1e-6;

interface Trade {
  size: number;
  entryBar: number;
  exitBar: number;
  entryPrice: number;
  exitPrice: number;
  pnl: number;
  commission: number;
  return: number;
}

interface Backtest {
  trades: Trade[];
  /** Of every bar of the input; the capital before the first decision. */
  equity: Float64Array;
  answer: Record<string, unknown>;
}

interface Asked {
  /** Keys of the document beside its rules. */
  more?: Record<string, unknown>;
  rules: Record<string, string>;
  execution: Record<string, unknown>;
  capital: number;
  /** Further arguments of run_backtest. */
  input?: Record<string, unknown>;
}

interface Laboratory extends Session {
  backtest(asked: Asked): Promise<Backtest>;
}

/** A lab in a folder of its own that holds the daily bars of GOOG, none of them sealed. */
async function laboratory(t: TestContext): Promise<Laboratory> {
  const home = mkdtempSync(join(tmpdir(), 'stratlab-'));
  t.after(() => rmSync(home, { recursive: true, force: true }));
  importBars(home, 'GOOG', '1d');
  const session = await serve(t, home);
  const bars = new Map(timesOf('GOOG').map((at, bar) => [at, bar]));
  let strategies = 0;
  const backtest = async ({ rules, more = {}, execution, capital, input = {} }: Asked) => {
    const name = `reference_${++strategies}`;
    await session.call('create_strategy', { name, config: { ...documentOf(rules), ...more } });
    const answer = await session.call('run_backtest', {
      strategy_name: name,
      execution,
      initial_capital: capital,
      ...input,
    });
    const [trades, rows] = await Promise.all([
      table(session, answer, 'trades.csv'),
      table(session, answer, 'equity.csv'),
    ]);
    const equity = new Float64Array(bars.size).fill(capital);
    for (const { timestamp, equity: value } of rows) equity[barOf(bars, timestamp)] = Number(value);
    return { trades: trades.map((row) => tradeOf(row, bars)), equity, answer };
  };
  return { ...session, backtest };
}

function importBars(home: string, symbol: string, timeframe: string): void {
  const flags = ['--symbol', symbol, '--timeframe', timeframe, '--seal', 'none', '--json'];
  const { status, stderr } = spawnSync(
    process.execPath,
    [cli, 'import', referencePath(`reference/inputs/${symbol}.csv`), ...flags],
    { encoding: 'utf8', env: { ...process.env, STRATLAB_HOME: home, STRATLAB_LOG_LEVEL: 'silent' } },
  );
  assert.equal(status, 0, stderr);
}

function timesOf(symbol: string): string[] {
  const { columns, values } = referenceTable(`reference/inputs/${symbol}.csv`);
  return Array.from(values[columns[0]], (at) => `${new Date(at).toISOString().slice(0, 19)}Z`);
}

function documentOf(rules: Record<string, string>): Record<string, unknown> {
  return {
    version: '4',
    training_data: { symbols: { mode: 'single', symbol: 'GOOG' }, timeframes: { mode: 'single', timeframe: '1d' } },
    rules,
  };
}

type Row = Record<string, string>;

/** The rows of a CSV resource of a backtest. */
async function table({ client }: Session, answer: Record<string, unknown>, file: string): Promise<Row[]> {
  const { contents } = await client.readResource({ uri: `lab://backtests/${String(answer.backtest_id)}/${file}` });
  const [header, ...lines] = String(Object(contents[0]).text).trimEnd().split('\n');
  const columns = header.split(',');
  return lines.map((line) => {
    const cells = line.split(',');
    return Object.fromEntries(columns.map((column, k) => [column, cells[k]]));
  });
}

function barOf(bars: Map<string, number>, at: string): number {
  return bars.get(at) ?? assert.fail(`No bar is stamped ${at}.`);
}

function tradeOf(row: Row, bars: Map<string, number>): Trade {
  const quantity = Number(row.quantity);
  return {
    size: row.direction === 'long' ? quantity : -quantity,
    entryBar: barOf(bars, row.entry_time),
    exitBar: barOf(bars, row.exit_time),
    entryPrice: Number(row.entry_price),
    exitPrice: Number(row.exit_price),
    pnl: Number(row.pnl),
    commission: Number(row.commission),
    return: Number(row.return),
  };
}

function assertMoney(actual: number, expected: number, what: string): void {
  const error = Math.abs(actual - expected) / Math.max(1, Math.abs(expected));
  assert.ok(error <= moneyTolerance, `${what}: ${actual} is not ${expected}`);
}

function assertTrades(trades: readonly Trade[], expected: readonly Trade[]): void {
  assert.equal(trades.length, expected.length, 'number of trades');
  for (const [k, trade] of expected.entries()) assertTrade(trades[k], trade, `trade ${k}`);
}

function assertTrade(trade: Trade, expected: Trade, what: string): void {
  const places = ({ entryBar, exitBar }: Trade) => [entryBar, exitBar];
  assert.deepEqual(places(trade), places(expected), what);
  assert.ok(Math.abs(trade.size - expected.size) <= 1e-9 * Math.abs(expected.size), `${what}: size ${trade.size}`);
  assertMoney(trade.entryPrice, expected.entryPrice, `${what} entry price`);
  assertMoney(trade.exitPrice, expected.exitPrice, `${what} exit price`);
  assertMoney(trade.pnl, expected.pnl, `${what} pnl`);
  assertMoney(trade.commission, expected.commission, `${what} commission`);
  assertMoney(trade.return, expected.return, `${what} return`);
}

function assertEquity(equity: Float64Array, expected: readonly number[], bars: number): void {
  assert.equal(equity.length, expected.length);
  for (let bar = 0; bar < bars; bar++) assertMoney(equity[bar], expected[bar], `equity of bar ${bar}`);
}

/* backtesting.py */

interface BacktestingRun {
  id: string;
  strategy: string;
  params: Record<string, number>;
  engine: {
    cash: number;
    commission: number | [number, number];
    spread: number;
    margin: number;
    trade_on_close: boolean;
    finalize_trades: boolean;
  };
  result: { trade_fields: string[]; trades: number[][]; equity: number[] };
}

const backtestingRuns: BacktestingRun[] =
  withoutReference === false ? JSON.parse(referenceText('reference/backtests_goog.json.gz')).runs : [];

type Parameters = Record<string, number>;

interface Saying {
  /** What the strategy takes where a run does not say. */
  defaults: Parameters;
  rules(p: Parameters): Record<string, string>;
  execution?(p: Parameters): Record<string, unknown>;
  capital?: number;
}

const above = ({ fast, slow }: Parameters) =>
  `lag(sma(${fast}), 1) < lag(sma(${slow}), 1) and sma(${fast}) > sma(${slow})`;
const below = ({ fast, slow }: Parameters) =>
  `lag(sma(${fast}), 1) > lag(sma(${slow}), 1) and sma(${fast}) < sma(${slow})`;

const smaCross: Saying = {
  defaults: { fast: 10, slow: 30 },
  rules: (p) => ({ enter_long: above(p), enter_short: below(p) }),
};

const sayings: Record<string, Saying> = {
  SmaCross: smaCross,
  SmaCrossExclusive: smaCross,
  SmaLongOnly: { ...smaCross, rules: (p) => ({ enter_long: above(p), exit_long: below(p) }) },
  RsiBracket: {
    defaults: { n: 14, lo: 35, sl: 0.05, tp: 0.1 },
    rules: ({ n, lo }) => ({ enter_long: `lag(rsi(${n}), 1) >= ${lo} and rsi(${n}) < ${lo}` }),
    execution: ({ sl, tp }) => ({
      stop_loss: { price: `close * (1 - ${sl})` },
      take_profit: { price: `close * (1 + ${tp})` },
    }),
  },
  DonchianStop: {
    defaults: { n: 20, x: 10, frac: 0.95 },
    rules: ({ n, x }) => ({
      enter_long: `bar_index >= ${n} and highest(high, ${n}) > close and lowest(low, ${x}) < highest(high, ${n})`,
    }),
    execution: ({ n, x }) => ({
      entry: { order: 'stop', price: `highest(high, ${n})` },
      stop_loss: { price: `lowest(low, ${x})` },
      trailing_stop: { price: `lowest(low, ${x})` },
      // After a stop entry the engine looks at the stop from the next bar on.
      intrabar: 'optimistic',
    }),
  },
  LimitDip: {
    defaults: { off: 0.02, tp: 0.03, sl: 0.04, size: 10 },
    rules: () => ({ enter_long: 'bar_index >= 1' }),
    execution: ({ off, tp, sl }) => ({
      entry: { order: 'limit', price: `close * (1 - ${off})` },
      stop_loss: { price: `close * (1 - ${off}) * (1 - ${sl})` },
      take_profit: { price: `close * (1 - ${off}) * (1 + ${tp})` },
    }),
    // Ours loses more in the bars of entry (below): as much as would leave the last orders unaffordable.
    capital: 100_000,
  },
  BuyHold: { defaults: {}, rules: () => ({ enter_long: 'bar_index >= 1' }) },
};

/** Rules that no document says, and why. */
const unsayable: Record<string, string> = {
  'DonchianStop short': 'a stop above and another below rest at the same time; an execution block has one entry order',
  ScaleOut: 'half of the position is closed at a signal; a signal closes all of it',
  MonthlyFlip:
    'an order closes what it meets and opens only where nothing is held; an entry does not know the position',
};

const ruleOf = ({ strategy, params }: BacktestingRun) => (params.short === 1 ? `${strategy} short` : strategy);

function spoken({ strategy, params, engine }: BacktestingRun): Asked {
  const { defaults, rules, execution, capital } = sayings[strategy] ?? assert.fail(`${strategy} is not said.`);
  const p = { ...defaults, ...params };
  return {
    rules: rules(p),
    execution: { ...executionOf(engine, p.size, p.frac), ...execution?.(p) },
    capital: capital ?? engine.cash,
  };
}

function executionOf(engine: BacktestingRun['engine'], units: number | undefined, fraction = 1) {
  const leverage = 1 / engine.margin;
  const [fixed, percent] = typeof engine.commission === 'number' ? [0, engine.commission] : engine.commission;
  return {
    fill: engine.trade_on_close ? 'signal_close' : 'next_open',
    costs: 'none',
    commission: { fixed, percent },
    spread: { percent: engine.spread },
    leverage,
    sizing:
      units === undefined
        ? { method: 'percent_of_equity', value: fraction * leverage }
        : { method: 'units', value: units },
    limit_fill: 'touch',
    at_end: 'mark',
  };
}

function tradesOf({ trade_fields, trades }: BacktestingRun['result']): Trade[] {
  const at = (name: string) => trade_fields.indexOf(name);
  return trades.map((row) => ({
    size: row[at('size')],
    entryBar: row[at('entry_bar')],
    exitBar: row[at('exit_bar')],
    entryPrice: row[at('entry_price')],
    exitPrice: row[at('exit_price')],
    pnl: row[at('pnl')],
    commission: row[at('commission')],
    return: row[at('return_pct')],
  }));
}

/** The engine sizes for a fixed fee on every unit, ours for one fee: the same trades in other sizes. */
const feeIsSizedOtherwise = ({ engine }: BacktestingRun) => typeof engine.commission !== 'number';

/** After a limit entry the engine looks at stop and target from the next bar on, we at once. */
const bracketWaits = ({ strategy }: BacktestingRun) => strategy === 'LimitDip';

/** What is still open on the last bar the engine may have closed at a price that was gone by then. */
function closedBefore(run: BacktestingRun): Trade[] {
  const last = run.result.equity.length - 1;
  const finalized = last - (run.engine.trade_on_close ? 1 : 0);
  return tradesOf(run.result).filter(({ exitBar }) => !run.engine.finalize_trades || exitBar < finalized);
}

test('runs of backtesting.py come out of documents: trades, equity of every bar', {
  skip: withoutReference,
}, async (t) => {
  const lab = await laboratory(t);
  const said = backtestingRuns.filter((run) => unsayable[ruleOf(run)] === undefined);
  assert.deepEqual([backtestingRuns.length, said.length], [21, 18]);
  for (const run of said) {
    await t.test(run.id, async () => {
      const { trades, equity } = await lab.backtest(spoken(run));
      const expected = closedBefore(run);
      if (feeIsSizedOtherwise(run)) assertSameButSize(trades, expected);
      else if (bracketWaits(run)) assertSameButEntryBar(trades, expected, run.engine.spread);
      else {
        assertTrades(trades, expected);
        assertEquity(equity, run.result.equity, equity.length - (run.engine.finalize_trades ? 1 : 0));
      }
    });
  }
});

function assertSameButSize(trades: readonly Trade[], expected: readonly Trade[]): void {
  const unsized = ({ entryBar, exitBar, entryPrice, exitPrice, size }: Trade) => [
    entryBar,
    exitBar,
    entryPrice,
    exitPrice,
    Math.sign(size),
  ];
  assert.deepEqual(trades.map(unsized), expected.map(unsized));
}

/**
 * The same trades until one is entered in a bar that reaches its stop or its target: ours is over in that bar, the
 * peer's is not, and others follow until both enter in one bar again. Units are
 * fixed, so that one difference is no other, where the capital is ample. `spread` is on the peer's limit price, and in no
 * limit of ours.
 */
function assertSameButEntryBar(trades: readonly Trade[], expected: readonly Trade[], spread: number): void {
  const ours = new Map(trades.map((trade) => [trade.entryBar, trade]));
  let [together, same] = [true, 0];
  for (const trade of expected) {
    const what = `trade entered in bar ${trade.entryBar}`;
    const own = ours.get(trade.entryBar);
    if (own === undefined) {
      assert.ok(!together, what);
      continue;
    }
    assertMoney(own.entryPrice * (1 + spread), trade.entryPrice, `${what} entry price`);
    together = own.exitBar === trade.exitBar;
    if (!together) assert.equal(own.exitBar, own.entryBar, what);
    else if (spread === 0) assertTrade(own, trade, what);
    else assertMoney(own.exitPrice, trade.exitPrice, `${what} exit price`);
    if (together) same++;
  }
  assert.ok(same > 0.8 * expected.length, `${same} of ${expected.length} trades are the same`);
}

/* vectorbt */

interface VectorbtRun {
  fast: number;
  slow: number;
  kind: 'long' | 'longshort';
  fill: 'close' | 'next_open';
  settings: {
    init_cash: number;
    fees?: number;
    fixed_fees?: number;
    slippage?: number;
    size?: number;
    sl_stop?: number;
    sl_trail?: boolean;
    tp_stop?: number;
  };
  result: { trades: number[][]; value: number[] };
}

const vectorbtRuns: VectorbtRun[] =
  withoutReference === false ? JSON.parse(referenceText('reference/backtests_vectorbt_goog.json.gz')).runs : [];

function spokenVectorbt({ fast, slow, kind, fill, settings }: VectorbtRun): Asked {
  const { init_cash, fees = 0, fixed_fees = 0, slippage = 0, size, sl_stop, sl_trail, tp_stop } = settings;
  return {
    rules: {
      enter_long: above({ fast, slow }),
      [kind === 'long' ? 'exit_long' : 'enter_short']: below({ fast, slow }),
    },
    capital: init_cash,
    execution: {
      fill: fill === 'close' ? 'signal_close' : fill,
      costs: 'none',
      commission: { percent: fees, fixed: fixed_fees },
      slippage: { percent: slippage },
      sizing: size === undefined ? { method: 'percent_of_equity', value: 1 } : { method: 'units', value: size },
      quantity_step: 0,
      limit_fill: 'touch',
      at_end: 'mark',
      ...(sl_stop === undefined ? {} : { [sl_trail ? 'trailing_stop' : 'stop_loss']: { percent: sl_stop } }),
      ...(tp_stop === undefined ? {} : { take_profit: { percent: tp_stop } }),
    },
  };
}

/** The last column is 0 for a trade that is open at the end. */
function closedTradesOf({ trades }: VectorbtRun['result']): Trade[] {
  return trades
    .filter((row) => row[10] === 1)
    .map(([entryBar, entryPrice, entryFees, exitBar, exitPrice, exitFees, size, pnl, fraction, direction]) => ({
      size: direction === 0 ? size : -size,
      entryBar,
      exitBar,
      entryPrice,
      exitPrice,
      pnl,
      commission: entryFees + exitFees,
      return: fraction,
    }));
}

test('runs of vectorbt come out of documents: trades, value of every bar', { skip: withoutReference }, async (t) => {
  const lab = await laboratory(t);
  assert.equal(vectorbtRuns.length, 7);
  for (const run of vectorbtRuns) {
    await t.test(`${run.kind}, ${run.fill}, ${JSON.stringify(run.settings)}`, async () => {
      const { trades, equity } = await lab.backtest(spokenVectorbt(run));
      assertTrades(trades, closedTradesOf(run.result));
      assertEquity(equity, run.result.value, equity.length);
    });
  }
});

test('a backtest says the same wherever its settings stand, and annualises as it is told', {
  skip: withoutReference,
}, async (t) => {
  const lab = await laboratory(t);
  const { execution, capital } = spokenVectorbt(vectorbtRuns[1]);
  const down = 'crosses_below(sma($fast), sma(30))';
  const asked = {
    rules: { enter_long: 'crosses_above(sma($fast), sma(30))', exit_long: down },
    more: { parameters: { fast: { default: 10, min: 2, max: 20 } } },
    capital,
  };
  const overridden = await lab.backtest({ ...asked, execution, input: { segment: 'all', periods_per_year: 252 } });
  assertTrades(overridden.trades, closedTradesOf(vectorbtRuns[1].result));
  const written = await lab.backtest({
    ...asked,
    more: { ...asked.more, execution: { ...execution, fill: 'signal_close' } },
    execution: { fill: 'next_open' },
    input: { symbol: 'GOOG', timeframe: '1d', periods_per_year: 63 },
  });
  assert.deepEqual(written.trades, overridden.trades);
  assert.deepEqual(written.equity, overridden.equity);
  const sharpe = ({ answer }: Backtest) => Number(Object(answer.metrics).sharpe);
  assert.ok(Math.abs(sharpe(written) - sharpe(overridden) / 2) < 1e-12, 'a quarter of the periods, half of the ratio');
});
