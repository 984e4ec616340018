import assert from 'node:assert/strict';
import test from 'node:test';
import { type Decisions, noDecisions } from '@stratlab/backtests/decisions.ts';
import { overrideExecution } from '@stratlab/backtests/execution.ts';
import type { Quotes } from '@stratlab/backtests/quotes.ts';
import { simulate } from '@stratlab/backtests/simulate.ts';
import { Workspace } from '@stratlab/backtests/simulation/workspace.ts';
import type { Simulation, Trade } from '@stratlab/backtests/trade.ts';
import { type Bars, barCount, mapColumns, sliceBars } from '@stratlab/data/bars.ts';
import { guessInstrument, type Instrument } from '@stratlab/data/instrument.ts';
import { normal, seededRandom } from '@stratlab/data/random.ts';
import fc from 'fast-check';

const rows = 120;
const minute = 60_000;
const capital = 8192;
const instrument: Instrument = guessInstrument('SYN-TEST');

/** A random walk on a grid of 1/64, so that sums of prices are exact. */
function randomBars(seed: number): Bars {
  const random = seededRandom(seed);
  const grid = (price: number) => Math.max(1, Math.round(price * 64) / 64);
  const bars = mapColumns(() => new Float64Array(rows));
  let last = 128;
  for (let t = 0; t < rows; t++) {
    bars.time[t] = t * minute;
    bars.open[t] = grid(last * (1 + 0.01 * normal(random)));
    bars.close[t] = grid(bars.open[t] * (1 + 0.02 * normal(random)));
    bars.high[t] = grid(Math.max(bars.open[t], bars.close[t]) * (1 + 0.01 * random()));
    bars.low[t] = grid(Math.min(bars.open[t], bars.close[t]) * (1 - 0.01 * random()));
    bars.volume[t] = 100 + Math.floor(1000 * random());
    last = bars.close[t];
  }
  return bars;
}

function randomDecisions(seed: number, density = 0.15): Decisions {
  const random = seededRandom(seed);
  const decisions = { ...noDecisions(rows), firstBar: 20 };
  const columns = [decisions.enterLong, decisions.exitLong, decisions.enterShort, decisions.exitShort];
  for (let t = 0; t < rows; t++) for (const column of columns) column[t] = random() < density ? 1 : 0;
  const entry = (bar: number) => Math.abs(Math.sin(bar)) * 20 + 110;
  return {
    ...decisions,
    strength: Float64Array.from({ length: rows }, random),
    prices: { entry, entryLimit: (bar) => entry(bar) * 1.01 },
  };
}

const distance = fc.oneof(
  fc.record({ percent: fc.double({ min: 0.005, max: 0.1, noNaN: true }) }),
  fc.record({ atr: fc.double({ min: 0.3, max: 4, noNaN: true }) }),
);
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
const pricedEntry = fc.record({
  order: fc.constantFrom('limit', 'stop'),
  price: fc.constant('p'),
  valid_bars: fc.integer({ min: 1, max: 5 }),
});
const stopLimitEntry = fc.record({
  order: fc.constant('stop_limit'),
  price: fc.constant('p'),
  limit_price: fc.constant('q'),
});
// A product with a number so small that it has lost digits does not scale.
const share = (max: number) => fc.double({ min: 0, max, noNaN: true }).map((x) => (x < 1e-100 ? 0 : x));
const scaleFree = fc.record({
  fill: fc.constantFrom('next_open', 'next_close', 'signal_close'),
  intrabar: fc.constantFrom('pessimistic', 'optimistic', 'open_high_low_close'),
  limit_fill: fc.constantFrom('through', 'touch'),
  commission: fc.record({ percent: share(0.01) }),
  slippage: fc.oneof(fc.record({ percent: share(0.01) }), fc.record({ volume_share: share(0.05) })),
  spread: fc.record({ percent: share(0.005) }),
  sizing: fc.oneof(
    fc.record({ method: fc.constant('percent_of_equity'), value: fc.double({ min: 0.1, max: 2, noNaN: true }) }),
    fc.record({ method: fc.constant('volatility_target'), annual: fc.constant(3), lookback: fc.constant(5) }),
    fc.record({ method: fc.constant('kelly_fraction'), minimum_trades: fc.constant(4) }),
    fc.constant({ method: 'confidence' }),
  ),
  leverage: fc.constant(2),
  stop_loss: maybe(distance),
  trailing_stop: maybe(distance),
  take_profit: maybe(
    fc.array(
      distance.map((rule) => ({ ...rule, fraction: 0.4 })),
      { minLength: 1, maxLength: 2 },
    ),
  ),
  max_holding_bars: maybe(fc.integer({ min: 1, max: 20 })),
  financing: fc.record({ short_borrow_annual: fc.constantFrom(0, 0.1), cash_annual: fc.constantFrom(0, 0.1) }),
  at_end: fc.constantFrom('close_at_last_close', 'mark'),
  entry: fc.oneof(fc.constant({ order: 'market' }), pricedEntry, stopLimitEntry),
  volume_limit: maybe(fc.constantFrom(0.01, 0.03, 0.2)),
  quotes: maybe(fc.constant({ bid: 'BID', ask: 'ASK' })),
});
const seeds = fc.record({ bars: fc.integer(), decisions: fc.integer() });

/** A bid and an ask around the bars, some grid steps apart, never crossed. */
function quotesAround(bars: Bars): Quotes {
  const random = seededRandom(bars.volume[0] + bars.open[1]);
  const below = bars.time.map(() => Math.floor(48 * random()) / 64);
  const above = bars.time.map(() => Math.floor(48 * random()) / 64);
  const shifted = (by: Float64Array) =>
    mapColumns((name) =>
      name === 'time' || name === 'volume' ? bars[name] : bars[name].map((price, t) => price + by[t]),
    );
  return { bid: shifted(below.map((by) => 0 - by)), ask: shifted(above) };
}

function run(
  bars: Bars,
  decisions: Decisions,
  execution: object,
  money = capital,
  quoted = quotesAround(bars),
): Simulation {
  const chosen = overrideExecution({ costs: 'none' }, execution);
  const quotes = chosen.quotes === null ? null : quoted;
  return simulate(bars, decisions, chosen, instrument, money, { quotes });
}

function near(actual: number, expected: number, scale: number): boolean {
  return Math.abs(actual - expected) <= 1e-9 * scale;
}

/** Cash flows told by the trades alone: what was spent and received up to the close of `bar`. */
function equityFromTrades({ trades, openTrade }: Simulation, bar: number, close: number): number {
  const open = openTrade === null ? [] : [{ ...openTrade, exitBar: Number.POSITIVE_INFINITY }];
  return [...trades, ...open].reduce((sum, trade) => sum + valueAt(trade, bar, close), capital);
}

function valueAt(trade: Trade, bar: number, close: number): number {
  if (trade.entryBar > bar) return 0;
  if (trade.exitBar <= bar) return trade.pnl;
  return (trade.direction === 'long' ? 1 : -1) * trade.quantity * (close - trade.entryPrice);
}

test('money is conserved: at every close, equity is the capital and what the trades made', () => {
  fc.assert(
    fc.property(seeds, scaleFree, (seed, execution) => {
      const bars = randomBars(seed.bars);
      const free = { ...execution, commission: { percent: 0 }, financing: {}, volume_limit: null };
      const simulation = run(bars, randomDecisions(seed.decisions), free);
      for (const [row, equity] of simulation.equity.entries()) {
        const bar = row + simulation.firstBar;
        const expected = equityFromTrades(simulation, bar, bars.close[bar]);
        assert.ok(near(equity, expected, capital + simulation.tradedNotional), `bar ${bar}: ${equity}, ${expected}`);
      }
    }),
    { numRuns: 150 },
  );
});

test('money is conserved where positions are built and left in parts: flat, equity is what the trades made', () => {
  fc.assert(
    fc.property(seeds, scaleFree, fc.constantFrom(0.005, 0.02, 0.1), (seed, execution, volume_limit) => {
      const limited = { ...execution, financing: {}, volume_limit };
      const { trades, equity, position, firstBar, tradedNotional } = run(
        randomBars(seed.bars),
        randomDecisions(seed.decisions),
        limited,
      );
      for (const [row, money] of equity.entries()) {
        if (position[row] !== 0) continue;
        const closed = trades.filter(({ exitBar }) => exitBar <= row + firstBar);
        const expected = closed.reduce((sum, { pnl }) => sum + pnl, capital);
        assert.ok(near(money, expected, capital + tradedNotional), `row ${row}: ${money}, ${expected}`);
      }
    }),
    { numRuns: 150 },
  );
});

test('no bar trades more than its share of the volume, but the last', () => {
  fc.assert(
    fc.property(seeds, scaleFree, fc.constantFrom(0.005, 0.02, 0.1), (seed, execution, volume_limit) => {
      const bars = randomBars(seed.bars);
      const simulation = run(bars, randomDecisions(seed.decisions), { ...execution, volume_limit });
      const { firstBar, position, trades } = simulation;
      const exits = Map.groupBy(trades, ({ exitBar }) => exitBar);
      for (let bar = firstBar; bar < rows - 1; bar++) {
        const sold = (exits.get(bar) ?? []).reduce((sum, { quantity }) => sum + quantity, 0);
        const before = bar === firstBar ? 0 : position[bar - firstBar - 1];
        const room = volume_limit * bars.volume[bar] * (1 + 1e-9);
        assert.ok(sold <= room, `bar ${bar} closes ${sold} of ${room}`);
        assert.ok(Math.abs(position[bar - firstBar] - before) <= room, `bar ${bar}`);
      }
    }),
    { numRuns: 100 },
  );
});

test('a limit that leaves room for every order is none', () => {
  fc.assert(
    fc.property(seeds, scaleFree, (seed, execution) => {
      const bars = { ...randomBars(seed.bars), volume: new Float64Array(rows).fill(1e9) };
      const decisions = randomDecisions(seed.decisions);
      const { volumeLimited, ...limited } = run(bars, decisions, { ...execution, volume_limit: 0.5 });
      assert.deepEqual(volumeLimited, { cutFills: 0, unitsBeyondAtEnd: 0 });
      assert.deepEqual(limited, run(bars, decisions, { ...execution, volume_limit: null }));
    }),
    { numRuns: 60 },
  );
});

test('quotes that are the traded prices are none', () => {
  fc.assert(
    fc.property(seeds, scaleFree, (seed, execution) => {
      const bars = randomBars(seed.bars);
      const decisions = randomDecisions(seed.decisions);
      const quotes = { bid: 'BID', ask: 'ASK' };
      const quoted = run(bars, decisions, { ...execution, quotes }, capital, { bid: bars, ask: bars });
      assert.deepEqual(quoted, run(bars, decisions, { ...execution, quotes: null, spread: { percent: 0 } }));
    }),
    { numRuns: 100 },
  );
});

test('the totals are the sums over the trades', () => {
  fc.assert(
    fc.property(seeds, scaleFree, (seed, execution) => {
      const simulation = run(randomBars(seed.bars), randomDecisions(seed.decisions), {
        ...execution,
        at_end: 'close_at_last_close',
      });
      const { trades, equity, commissionPaid, financingPaid, tradedNotional } = simulation;
      const sum = (of: (trade: Trade) => number) => trades.reduce((total, trade) => total + of(trade), 0);
      const scale = capital + tradedNotional;
      assert.ok(
        near(
          commissionPaid,
          sum((trade) => trade.commission),
          scale,
        ),
      );
      assert.ok(near(equity.at(-1) ?? Number.NaN, capital + sum((trade) => trade.pnl) - financingPaid, scale));
      for (const { mae, mfe, entryPrice, exitPrice, direction, quantity, barsHeld } of trades) {
        const move = (direction === 'long' ? 1 : -1) * (exitPrice / entryPrice - 1);
        assert.ok(mae <= Math.min(0, move) + 1e-12 && mfe >= Math.max(0, move) - 1e-12);
        assert.ok(quantity > 0 && barsHeld >= 0);
      }
    }),
    { numRuns: 150 },
  );
});

test('exposure at an entry never exceeds the leverage', () => {
  fc.assert(
    fc.property(seeds, scaleFree, fc.constantFrom(1, 2), (seed, execution, leverage) => {
      const sizing = { method: 'percent_of_equity', value: leverage };
      const simulation = run(randomBars(seed.bars), randomDecisions(seed.decisions), {
        ...execution,
        sizing,
        leverage,
        financing: {},
      });
      let cash = capital;
      for (const [entryBar, parts] of Map.groupBy(simulation.trades, (trade) => trade.entryBar)) {
        const value = parts.reduce((sum, { entryPrice, quantity }) => sum + entryPrice * quantity, 0);
        assert.ok(value <= leverage * cash * (1 + 1e-9), `bar ${entryBar}: ${value} of ${cash}`);
        cash += parts.reduce((sum, { pnl }) => sum + pnl, 0);
      }
    }),
    { numRuns: 100 },
  );
});

test('scaling prices and capital by a power of two scales every amount of money and nothing else', () => {
  fc.assert(
    fc.property(seeds, scaleFree, fc.constantFrom(0.25, 4, 1024), (seed, execution, factor) => {
      const bars = randomBars(seed.bars);
      const decisions = randomDecisions(seed.decisions);
      const { entry, entryLimit } = decisions.prices;
      const quotes = quotesAround(bars);
      const scale = (side: Bars) =>
        mapColumns((name) => (name === 'time' || name === 'volume' ? side[name] : side[name].map((x) => x * factor)));
      const scaledQuotes = { bid: scale(quotes.bid), ask: scale(quotes.ask) };
      const prices = {
        entry: (t: number) => factor * (entry?.(t, flat) ?? 0),
        entryLimit: (t: number) => factor * (entryLimit?.(t, flat) ?? 0),
      };
      const one = run(bars, decisions, execution);
      const other = run(scale(bars), { ...decisions, prices }, execution, factor * capital, scaledQuotes);
      assert.deepEqual(
        other.equity,
        one.equity.map((x) => x * factor),
      );
      assert.deepEqual(other.position, one.position);
      assert.deepEqual(
        other.trades.map(({ pnl, entryPrice, mae, exitReason }) => [
          pnl / factor,
          entryPrice / factor,
          mae,
          exitReason,
        ]),
        one.trades.map(({ pnl, entryPrice, mae, exitReason }) => [pnl, entryPrice, mae, exitReason]),
      );
    }),
    { numRuns: 80 },
  );
});

test('a split of the units, prices and volume with them, changes no amount of money', () => {
  fc.assert(
    fc.property(seeds, scaleFree, fc.constantFrom(2, 4, 0.5), (seed, execution, parts) => {
      const bars = randomBars(seed.bars);
      const quotes = quotesAround(bars);
      const split = (side: Bars) =>
        mapColumns((name) => {
          if (name === 'time') return side.time;
          return side[name].map((x) => (name === 'volume' ? x * parts : x / parts));
        });
      const decisions = randomDecisions(seed.decisions);
      const { entry, entryLimit } = decisions.prices;
      const prices = {
        entry: (t: number) => (entry?.(t, flat) ?? 0) / parts,
        entryLimit: (t: number) => (entryLimit?.(t, flat) ?? 0) / parts,
      };
      const one = run(bars, decisions, execution, capital, quotes);
      const splitQuotes = { bid: split(quotes.bid), ask: split(quotes.ask) };
      const other = run(split(bars), { ...decisions, prices }, execution, capital, splitQuotes);
      assert.deepEqual(other.equity, one.equity);
      assert.deepEqual(
        other.position,
        one.position.map((units) => units * parts),
      );
      assert.deepEqual(
        other.trades.map(({ pnl, quantity }) => [pnl, quantity]),
        one.trades.map(({ pnl, quantity }) => [pnl, quantity * parts]),
      );
    }),
    { numRuns: 80 },
  );
});

/**
 * The market p -> 512 - p. Long and short then differ only in sign where nothing is proportional to a price: units, and
 * costs per unit. open_high_low_close is left out, since it puts the high first for both sides, and so is leverage.
 */
test('mirrored prices mirror long and short', () => {
  const symmetrical = fc.record({
    fill: fc.constantFrom('next_open', 'next_close', 'signal_close'),
    intrabar: fc.constantFrom('pessimistic', 'optimistic'),
    limit_fill: fc.constantFrom('through', 'touch'),
    stop_loss: maybe(fc.record({ atr: fc.constantFrom(0.5, 1, 2) })),
    trailing_stop: maybe(fc.record({ atr: fc.constantFrom(1, 2, 3) })),
    take_profit: maybe(fc.record({ atr: fc.constantFrom(0.5, 1, 2), fraction: fc.constantFrom(0.5, 1) })),
    max_holding_bars: maybe(fc.integer({ min: 1, max: 20 })),
    commission: fc.record({ per_unit: fc.constantFrom(0, 0.25), fixed: fc.constantFrom(0, 1) }),
    slippage: fc.record({ ticks: fc.constantFrom(0, 2) }),
    sizing: fc.constant({ method: 'units', value: 4 }),
    volume_limit: maybe(fc.constantFrom(0.002, 0.01)),
    quotes: maybe(fc.constant({ bid: 'BID', ask: 'ASK' })),
  });
  fc.assert(
    fc.property(seeds, symmetrical, (seed, execution) => {
      const bars = randomBars(seed.bars);
      const mirror = (side: Bars) => {
        const of = { open: side.open, close: side.close, high: side.low, low: side.high };
        return mapColumns((name) => (name === 'time' || name === 'volume' ? side[name] : of[name].map((x) => 512 - x)));
      };
      const mirrored = mirror(bars);
      const quotes = quotesAround(bars);
      const mirroredQuotes = { bid: mirror(quotes.ask), ask: mirror(quotes.bid) };
      fc.pre(mirroredQuotes.bid.low.every((low) => low > 0) && mirrored.low.every((low) => low > 0));
      const decisions = randomDecisions(seed.decisions);
      const swapped = {
        ...decisions,
        enterLong: decisions.enterShort,
        enterShort: decisions.enterLong,
        exitLong: decisions.exitShort,
        exitShort: decisions.exitLong,
      };
      const ticked = { ...instrument, tick_size: 1 / 64 };
      const rich = 2 ** 20;
      const chosen = overrideExecution({ costs: 'none' }, execution);
      const quoted = chosen.quotes !== null;
      const one = simulate(bars, decisions, chosen, ticked, rich, { quotes: quoted ? quotes : null });
      const other = simulate(mirrored, swapped, chosen, ticked, rich, { quotes: quoted ? mirroredQuotes : null });
      for (const [row, equity] of one.equity.entries()) assert.ok(Math.abs(equity - other.equity[row]) < 1e-6);
      assert.deepEqual(
        other.position,
        one.position.map((units) => 0 - units),
      );
      const facts = ({ entryBar, exitBar, quantity, exitReason }: Trade) => [entryBar, exitBar, quantity, exitReason];
      assert.deepEqual(other.trades.map(facts), one.trades.map(facts));
    }),
    { numRuns: 100 },
  );
});

const flat = {
  position: 0,
  bars_held: Number.NaN,
  entry_price: Number.NaN,
  open_return: Number.NaN,
  best_since_entry: Number.NaN,
};

/** Everything a run says of the bars before `cut`. */
function until(simulation: Simulation, cut: number): unknown {
  const rowsUntil = cut - simulation.firstBar;
  return {
    equity: simulation.equity.slice(0, rowsUntil),
    position: simulation.position.slice(0, rowsUntil),
    trades: simulation.trades.filter(({ exitBar }) => exitBar < cut),
  };
}

function spliced(own: ArrayLike<number>, other: ArrayLike<number>, cut: number): number[] {
  return Array.from(own, (value, t) => (t < cut ? value : other[t]));
}

test('nothing up to a bar depends on later bars or decisions, cut off or replaced', () => {
  fc.assert(
    fc.property(seeds, scaleFree, fc.integer({ min: 30, max: rows - 2 }), (seed, execution, cut) => {
      const bars = randomBars(seed.bars);
      const decisions = randomDecisions(seed.decisions);
      const otherBars = randomBars(seed.bars + 1);
      const otherDecisions = randomDecisions(seed.decisions + 1);
      const replace = (own: Bars, other: Bars) =>
        mapColumns((name) => Float64Array.from(spliced(own[name], other[name], cut)));
      const [quotes, otherQuotes] = [quotesAround(bars), quotesAround(otherBars)];
      const replacedQuotes = { bid: replace(quotes.bid, otherQuotes.bid), ask: replace(quotes.ask, otherQuotes.ask) };
      const cutQuotes = { bid: sliceBars(quotes.bid, 0, cut + 1), ask: sliceBars(quotes.ask, 0, cut + 1) };
      const replaced = {
        ...decisions,
        enterLong: Uint8Array.from(spliced(decisions.enterLong, otherDecisions.enterLong, cut)),
        exitLong: Uint8Array.from(spliced(decisions.exitLong, otherDecisions.exitLong, cut)),
        enterShort: Uint8Array.from(spliced(decisions.enterShort, otherDecisions.enterShort, cut)),
        exitShort: Uint8Array.from(spliced(decisions.exitShort, otherDecisions.exitShort, cut)),
      };
      const whole = until(run(bars, decisions, execution), cut);
      const replacedBars = replace(bars, otherBars);
      assert.deepEqual(until(run(replacedBars, replaced, execution, capital, replacedQuotes), cut), whole);
      const shorter = sliceBars(bars, 0, cut + 1);
      const ended = run(shorter, { ...decisions, endBar: cut + 1 }, execution, capital, cutQuotes);
      assert.deepEqual(until(ended, cut), whole);
    }),
    { numRuns: 100 },
  );
});

test('the same inputs give the same bytes, in copies and in views', () => {
  fc.assert(
    fc.property(seeds, scaleFree, (seed, execution) => {
      const bars = randomBars(seed.bars);
      const decisions = randomDecisions(seed.decisions);
      const longer = mapColumns((name) =>
        Float64Array.from([...bars[name], ...bars[name].map((x) => x + rows * minute)]),
      );
      const quotes = quotesAround(bars);
      const first = run(bars, decisions, execution);
      assert.deepEqual(run(bars, decisions, execution), first);
      assert.deepEqual(run(sliceBars(longer, 0, rows), decisions, execution, capital, quotes), first);
      const twice = (side: Bars) =>
        mapColumns((name) => Float64Array.from([...side[name], ...longer[name].slice(rows)]));
      const longerQuotes = { bid: twice(quotes.bid), ask: twice(quotes.ask) };
      const cutOff = { ...decisions, endBar: barCount(bars) };
      assert.deepEqual(run(longer, cutOff, execution, capital, longerQuotes), first);
    }),
    { numRuns: 40 },
  );
});

/**
 * The engine passes bars in which nothing is asked or hit faster than the others. Two requests that contradict each
 * other ask for nothing, but make it look at each such bar.
 */
test('a bar that is passed quietly is as one that is looked at', () => {
  const sparse = fc.constantFrom(0.005, 0.03, 0.15);
  fc.assert(
    fc.property(seeds, scaleFree, sparse, (seed, execution, density) => {
      const bars = randomBars(seed.bars);
      const decisions = randomDecisions(seed.decisions, density);
      const idle = decisions.enterLong.map((long, t) => 1 - (long | decisions.enterShort[t]));
      const lookedAt = {
        ...decisions,
        enterLong: decisions.enterLong.map((flag, t) => flag | idle[t]),
        enterShort: decisions.enterShort.map((flag, t) => flag | idle[t]),
      };
      assert.deepEqual(run(bars, decisions, execution), run(bars, lookedAt, execution));
    }),
    { numRuns: 300 },
  );
});

test('a run in memory that was used before is one in fresh memory', () => {
  const workspace = new Workspace();
  fc.assert(
    fc.property(seeds, scaleFree, (seed, execution) => {
      const bars = randomBars(seed.bars);
      const decisions = randomDecisions(seed.decisions, 0.03);
      const chosen = overrideExecution({ costs: 'none' }, execution);
      const quotes = chosen.quotes === null ? null : quotesAround(bars);
      const again = simulate(bars, decisions, chosen, instrument, capital, { workspace, quotes });
      assert.deepEqual(again, simulate(bars, decisions, chosen, instrument, capital, { quotes }));
    }),
    { numRuns: 100 },
  );
});
