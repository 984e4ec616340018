import assert from 'node:assert/strict';
import test from 'node:test';
import { noDecisions } from '@stratlab/backtests/decisions.ts';
import { overrideExecution } from '@stratlab/backtests/execution.ts';
import { simulate } from '@stratlab/backtests/simulate.ts';
import { type Asset, type PortfolioSimulation, simulateWeights } from '@stratlab/backtests/simulate-weights.ts';
import type { Trade } from '@stratlab/backtests/trade.ts';
import { type Bars, mapColumns } from '@stratlab/data/bars.ts';
import { dayMs } from '@stratlab/data/instant.ts';
import { guessInstrument, type Instrument } from '@stratlab/data/instrument.ts';
import { normal, seededRandom } from '@stratlab/data/random.ts';
import type { Timeline, WishedWeights } from '@stratlab/strategies/wished-weights.ts';
import fc from 'fast-check';
import { naivePortfolio } from './naive-portfolio.ts';

const steps = 80;
const capital = 10_000;
const fills = ['next_open', 'next_close', 'signal_close'] as const;

interface World {
  timeline: Timeline;
  assets: Asset[];
  wishes: WishedWeights;
}

interface WorldTerms {
  seed: number;
  assets?: number;
  /** Chance of a missing bar. */
  gaps?: number;
  /** Chance of a wish at a step. */
  density?: number;
  /** Wishes lie between these; one in six is 0. */
  least?: number;
  most?: number;
  band?: number;
  instrument?: (k: number, random: () => number) => Partial<Instrument>;
  volatility?: number;
}

function walk(rows: number, random: () => number, volatility: number): Bars {
  const bars = mapColumns(() => new Float64Array(rows));
  let last = 50 + 100 * random();
  for (let t = 0; t < rows; t++) {
    bars.time[t] = t * dayMs;
    bars.open[t] = last * Math.exp(0.3 * volatility * normal(random));
    bars.close[t] = bars.open[t] * Math.exp(volatility * normal(random));
    bars.high[t] = Math.max(bars.open[t], bars.close[t]) * (1 + 0.005 * random());
    bars.low[t] = Math.min(bars.open[t], bars.close[t]) * (1 - 0.005 * random());
    bars.volume[t] = 50 + Math.floor(500 * random());
    last = bars.close[t];
  }
  return bars;
}

function world(terms: WorldTerms): World {
  const { seed, assets: count = 3, gaps = 0.1, density = 0.3, least = -0.6, most = 0.8, band = 0 } = terms;
  const random = seededRandom(seed);
  const rows: Int32Array[] = [];
  const assets: Asset[] = [];
  const weights: Float64Array[] = [];
  for (let k = 0; k < count; k++) {
    const [listed, ends] = gaps > 0 && k % 2 === 1 ? [5, 50 + Math.floor(20 * random())] : [0, steps];
    let row = 0;
    rows.push(Int32Array.from({ length: steps }, (_, s) => (s < listed || s >= ends || random() < gaps ? -1 : row++)));
    const own = terms.instrument?.(k, random) ?? {};
    const instrument = { ...guessInstrument('SYN-TEST'), symbol: `S${k}`, ...own };
    assets.push({ bars: walk(row, random, terms.volatility ?? 0.02), instrument });
    const wish = () => (random() < 1 / 6 ? 0 : least + (most - least) * random());
    weights.push(Float64Array.from({ length: steps }, () => (random() < density ? wish() : Number.NaN)));
  }
  const time = Float64Array.from({ length: steps }, (_, s) => s * dayMs);
  return { timeline: { time, rows }, assets, wishes: { weights, firstStep: 3, endStep: steps, band } };
}

function run({ timeline, assets, wishes }: World, execution: object = {}, money = capital): PortfolioSimulation {
  return simulateWeights(timeline, assets, wishes, overrideExecution({ costs: 'none' }, execution), money);
}

const seed = fc.integer();
const costs = fc.record({
  fill: fc.constantFrom(...fills),
  at_end: fc.constantFrom('close_at_last_close', 'mark'),
  leverage: fc.constantFrom(1, 2, 3),
  commission: fc.record({
    percent: fc.double({ min: 0, max: 0.01, noNaN: true }),
    fixed: fc.constantFrom(0, 1),
    minimum: fc.constantFrom(0, 3),
  }),
  slippage: fc.oneof(
    fc.record({ percent: fc.double({ min: 0, max: 0.01, noNaN: true }) }),
    fc.record({ volume_share: fc.double({ min: 0, max: 0.05, noNaN: true }) }),
  ),
  spread: fc.record({ percent: fc.double({ min: 0, max: 0.005, noNaN: true }) }),
  financing: fc.record({
    short_borrow_annual: fc.constantFrom(0, 0.1),
    cash_annual: fc.constantFrom(0, 0.05),
    margin_annual: fc.constantFrom(0, 0.1),
  }),
  volume_limit: fc.constantFrom(null, 0.1),
});

function assertNear(actual: ArrayLike<number>, expected: ArrayLike<number>, scale: number, what: string): void {
  assert.equal(actual.length, expected.length, what);
  for (let row = 0; row < actual.length; row++) {
    const difference = Math.abs(actual[row] - expected[row]);
    assert.ok(difference <= 1e-9 * scale, `${what} ${row}: ${actual[row]}, not ${expected[row]}`);
  }
}

function assertSameTrades(actual: readonly Trade[], expected: readonly Trade[]): void {
  const words = ({ symbol, direction, entryBar, exitBar, exitReason, entryTime, exitTime, barsHeld }: Trade) =>
    `${symbol} ${direction} ${entryBar} ${exitBar} ${exitReason} ${entryTime} ${exitTime} ${barsHeld}`;
  assert.deepEqual(actual.map(words), expected.map(words));
  for (const [k, trade] of actual.entries()) {
    const numbers = (of: Trade) => [
      of.entryPrice,
      of.exitPrice,
      of.quantity,
      of.pnl,
      of.return,
      of.commission,
      of.mae,
      of.mfe,
    ];
    assertNear(numbers(trade), numbers(expected[k]), capital, `trade ${k}`);
  }
}

const sum = (trades: readonly Trade[]) => trades.reduce((total, { pnl }) => total + pnl, 0);

test('money is conserved wherever a run stops: equity is the capital, what the trades made, and financing', () => {
  fc.assert(
    fc.property(seed, costs, fc.integer({ min: 5, max: steps }), (seed, execution, endStep) => {
      const full = world({ seed });
      const cut = run({ ...full, wishes: { ...full.wishes, endStep } }, execution);
      const made = sum(cut.trades) + sum(cut.openTrades) - cut.financingPaid;
      assertNear([cut.equity.at(-1) ?? Number.NaN], [capital + made], capital + cut.tradedNotional, 'equity');
    }),
    { numRuns: 150 },
  );
});

test('the same input gives the same bytes', () => {
  fc.assert(
    fc.property(seed, costs, (seed, execution) => {
      const bytes = () => {
        const { equity, position, sides, ...rest } = run(world({ seed }), execution);
        return JSON.stringify([Array.from(equity), Array.from(position), Array.from(sides), rest]);
      };
      assert.equal(bytes(), bytes());
    }),
    { numRuns: 30 },
  );
});

test('nothing depends on a later step: cut there, or with other prices and wishes from there on', () => {
  fc.assert(
    fc.property(seed, costs, fc.integer({ min: 10, max: steps - 2 }), (seed, execution, from) => {
      const full = world({ seed });
      // That its bars are over is known of an instrument at its last close, unless the run is over there too.
      fc.pre(full.timeline.rows.every((rows) => rows.findLastIndex((row) => row >= 0) !== from - 1));
      const marked = { ...execution, at_end: 'mark' };
      const whole = before(run(full, marked), from);
      const cut = run({ ...full, wishes: { ...full.wishes, endStep: from } }, marked);
      assert.deepEqual(before(cut, from), whole);
      assert.deepEqual(before(run(changedFrom(full, from), marked), from), whole);
    }),
    { numRuns: 100 },
  );
});

function before({ firstBar, equity, position, sides, trades }: PortfolioSimulation, step: number): unknown[] {
  const rows = step - firstBar;
  const columns = [equity, position, sides].map((column) => column.slice(0, rows));
  return [...columns, trades.filter(({ exitBar }) => exitBar < step)];
}

function changedFrom({ timeline, assets, wishes }: World, from: number): World {
  const changed = assets.map(({ bars, instrument }, k) => {
    const first = timeline.rows[k].subarray(0, from).reduce((rows, row) => (row < 0 ? rows : row + 1), 0);
    const factor = (column: Float64Array) => column.map((value, row) => (row < first ? value : value * 1.7));
    return { bars: mapColumns((name) => (name === 'time' ? bars.time : factor(bars[name]))), instrument };
  });
  const weights = wishes.weights.map((column) => column.map((wish, s) => (s < from ? wish : -wish)));
  return { timeline, assets: changed, wishes: { ...wishes, weights } };
}

const proportional = costs.map(({ commission, ...rest }) => ({
  ...rest,
  commission: { percent: commission.percent },
  volume_limit: null,
  slippage: { percent: 0.001 },
}));

test('twice the capital makes twice the money, and the unit that prices are in does not matter', () => {
  fc.assert(
    fc.property(seed, proportional, (seed, execution) => {
      const base = world({ seed, band: 0.02 });
      const once = run(base, execution);
      const twice = run(base, execution, 2 * capital);
      assert.deepEqual(
        twice.equity,
        once.equity.map((equity) => 2 * equity),
      );
      const assets = base.assets.map(({ bars, instrument }, k) => {
        const factor = 2 ** (k + 1);
        const scale = (column: Float64Array) => column.map((price) => price * factor);
        const scaled = mapColumns((name) => (name === 'time' || name === 'volume' ? bars[name] : scale(bars[name])));
        return { bars: scaled, instrument };
      });
      const inCents = run({ ...base, assets }, execution);
      assert.deepEqual(inCents.equity, once.equity);
    }),
    { numRuns: 60 },
  );
});

test('the order of the instruments does not matter', () => {
  fc.assert(
    fc.property(seed, costs, fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }), (seed, execution, order) => {
      const base = world({ seed, assets: 4 });
      const permuted: World = {
        timeline: { ...base.timeline, rows: order.map((k) => base.timeline.rows[k]) },
        assets: order.map((k) => base.assets[k]),
        wishes: { ...base.wishes, weights: order.map((k) => base.wishes.weights[k]) },
      };
      const [one, other] = [run(base, execution), run(permuted, execution)];
      const scale = capital + one.tradedNotional;
      assertNear(other.equity, one.equity, scale, 'equity');
      const sorted = ({ trades }: PortfolioSimulation) =>
        trades.toSorted((a, b) => a.exitBar - b.exitBar || (a.symbol < b.symbol ? -1 : a.symbol > b.symbol ? 1 : 0));
      assertSameTrades(sorted(other), sorted(one));
      assert.deepEqual([other.rejectedOrders, other.scaledOrders], [one.rejectedOrders, one.scaledOrders]);
    }),
    { numRuns: 80 },
  );
});

test('capital split over identical instruments is as good as one of them', () => {
  fc.assert(
    fc.property(seed, fc.integer({ min: 2, max: 6 }), fc.constantFrom(...fills), (seed, parts, fill) => {
      const one = world({ seed, assets: 1, gaps: 0 });
      const same = <T>(value: T) => Array.from({ length: parts }, () => value);
      const split = one.wishes.weights[0].map((wish) => wish / parts);
      const many: World = {
        timeline: { ...one.timeline, rows: same(one.timeline.rows[0]) },
        assets: same(one.assets[0]),
        wishes: { ...one.wishes, weights: same(split) },
      };
      assertNear(run(many, { fill }).equity, run(one, { fill }).equity, 10 * capital, 'equity');
    }),
    { numRuns: 60 },
  );
});

test('equal weights bought once and held are worth the mean of their single runs', () => {
  fc.assert(
    fc.property(seed, fc.integer({ min: 1, max: 5 }), (seed, count) => {
      const base = world({ seed, assets: count, gaps: 0 });
      const once = (weight: number) => Float64Array.from({ length: steps }, (_, s) => (s === 3 ? weight : Number.NaN));
      const held = run({ ...base, wishes: { ...base.wishes, weights: base.assets.map(() => once(1 / count)) } });
      const singles = base.assets.map((asset, k) => {
        const timeline = { ...base.timeline, rows: [base.timeline.rows[k]] };
        return run({ timeline, assets: [asset], wishes: { ...base.wishes, weights: [once(1)] } }).equity;
      });
      const mean = held.equity.map((_, row) => singles.reduce((total, equity) => total + equity[row], 0) / count);
      assertNear(held.equity, mean, 10 * capital, 'equity');
    }),
    { numRuns: 40 },
  );
});

test('a wish that is held is not traded back and forth: at one price the fills after the first die away', () => {
  const terms = fc.record({
    weight: fc.oneof(fc.double({ min: 0.1, max: 1, noNaN: true }), fc.double({ min: -1, max: -0.1, noNaN: true })),
    slippage: fc.oneof(
      fc.record({ percent: fc.double({ min: 0, max: 0.02, noNaN: true }) }),
      fc.record({ volume_share: fc.double({ min: 0, max: 0.1, noNaN: true }) }),
    ),
    spread: fc.record({ percent: fc.double({ min: 0, max: 0.02, noNaN: true }) }),
  });
  fc.assert(
    fc.property(terms, ({ weight, ...execution }) => {
      const { timeline, wishes } = world({ seed: 1, assets: 1, gaps: 0 });
      const level = (name: string) => new Float64Array(steps).fill(name === 'volume' ? 500 : 100);
      const bars = mapColumns((name) => (name === 'time' ? timeline.time : level(name)));
      const assets = [{ bars, instrument: { ...guessInstrument('SYN-TEST') } }];
      const weights = [new Float64Array(steps).fill(weight)];
      const { tradedNotional } = run(
        { timeline, assets, wishes: { ...wishes, weights } },
        { ...execution, at_end: 'mark' },
      );
      assert.ok(tradedNotional <= 1.25 * Math.abs(weight) * capital, `${tradedNotional} of ${weight * capital}`);
    }),
    { numRuns: 100 },
  );
});

test('longs without leverage are never worth more than the equity, whatever they cost', () => {
  fc.assert(
    fc.property(seed, costs, (seed, execution) => {
      const long = world({ seed, least: 0, most: 1.5, density: 0.6, instrument: () => ({ quantity_step: 0.5 }) });
      const { position, openTrades, trades } = run(long, { ...execution, leverage: 1, financing: {} });
      for (const share of position) assert.ok(share >= 0 && share <= 1 + 1e-9, `${share}`);
      for (const { quantity } of [...trades, ...openTrades]) {
        assert.ok(Math.abs(quantity * 2 - Math.round(quantity * 2)) < 1e-9, `${quantity}`);
      }
    }),
    { numRuns: 80 },
  );
});

test('without costs it does what the rules say, written a second time', () => {
  const outcomes = { liquidated: 0, scaled: 0, ended: 0 };
  const terms = fc.record({
    fill: fc.constantFrom(...fills),
    leverage: fc.constantFrom(1, 2, 4),
    closes: fc.boolean(),
    band: fc.constantFrom(0, 0.05, 0.3),
    volatility: fc.constantFrom(0.02, 0.15),
    density: fc.constantFrom(0.05, 0.5),
    size: fc.constantFrom(0.5, 1.5, 4),
  });
  fc.assert(
    fc.property(seed, terms, (seed, { fill, leverage, closes, band, volatility, density, size }) => {
      const base = world({
        seed,
        assets: 4,
        band,
        volatility,
        density,
        least: -size,
        most: size,
        instrument: (k, random) => ({
          quantity_step: [0, 0.1, 1, 5][Math.floor(4 * random())],
          multiplier: 1 + Math.floor(3 * random()),
          margin: [1, 0.2, 0.5, 1][k],
        }),
      });
      const at_end = closes ? 'close_at_last_close' : 'mark';
      const ours = run(base, { fill, leverage, at_end });
      const theirs = naivePortfolio(base.timeline, base.assets, base.wishes, { fill, leverage, closes, capital });
      const scale = capital + ours.tradedNotional;
      assertNear(ours.equity, theirs.equity, scale, 'equity');
      assertNear([ours.tradedNotional], [theirs.traded], scale, 'traded');
      const reasons = new Set(ours.trades.map(({ exitReason }) => exitReason));
      if (reasons.has('liquidation')) outcomes.liquidated++;
      if (ours.scaledOrders > 0) outcomes.scaled++;
      if (reasons.has('end_of_data')) outcomes.ended++;
    }),
    { numRuns: 400 },
  );
  for (const [outcome, runs] of Object.entries(outcomes)) assert.ok(runs > 20, `${outcome}: only ${runs} runs`);
});

test('one instrument traded once per wish gives what decisions give: trades, costs and equity', () => {
  const terms = costs.map(({ leverage: _, volume_limit: __, ...rest }) => rest);
  const share = fc.double({ min: 0.1, max: 0.6, noNaN: true });
  fc.assert(
    fc.property(seed, terms, share, fc.constantFrom(0, 1), (seed, execution, value, quantity_step) => {
      const random = seededRandom(seed);
      const base = world({ seed, assets: 1, gaps: 0, instrument: () => ({ quantity_step }) });
      const decisions = { ...noDecisions(steps), firstBar: 3 };
      const weights = new Float64Array(steps).fill(Number.NaN);
      let before = 0;
      for (let t = 3; t < steps; t++) {
        const side = random() < 0.3 ? Math.floor(3 * random()) - 1 : before;
        if (side === before) continue;
        weights[t] = side * value;
        if (side > 0) decisions.enterLong[t] = 1;
        else if (side < 0) decisions.enterShort[t] = 1;
        else decisions.exitLong[t] = decisions.exitShort[t] = 1;
        before = side;
      }
      const [{ bars, instrument }] = base.assets;
      const sizing = { method: 'percent_of_equity', value };
      const blocks = overrideExecution({ costs: 'none', sizing }, execution);
      const single = simulate(bars, decisions, blocks, instrument, capital);
      const ours = run({ ...base, wishes: { ...base.wishes, weights: [weights] } }, { ...execution, sizing });
      assertSameTrades(ours.trades, single.trades);
      assertNear(ours.equity, single.equity, capital, 'equity');
      const totals = (of: typeof single) => [of.commissionPaid, of.slippagePaid, of.financingPaid, of.tradedNotional];
      assertNear(totals(ours), totals(single), capital, 'totals');
      assert.deepEqual(ours.openTrade === null, single.openTrade === null);
      if (single.openTrade !== null) assertSameTrades(ours.openTrades, [single.openTrade]);
      assert.equal(ours.rejectedOrders, single.rejectedOrders);
    }),
    { numRuns: 200 },
  );
});
