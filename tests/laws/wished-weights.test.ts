import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alignRows } from '@stratlab/data/align.ts';
import { type Bars, barCount, mapColumns } from '@stratlab/data/bars.ts';
import { dayMs } from '@stratlab/data/instant.ts';
import { fuzzyRulesSignal } from '@stratlab/strategies/features.ts';
import { readFormula } from '@stratlab/strategies/formula.ts';
import type { MarketView } from '@stratlab/strategies/market-view.ts';
import type { UniverseStay } from '@stratlab/strategies/universe-membership.ts';
import { UniverseView } from '@stratlab/strategies/universe-view.ts';
import { wishedWeights } from '@stratlab/strategies/wish.ts';
import type { WishedWeights } from '@stratlab/strategies/wished-weights.ts';
import fc from 'fast-check';
import { strategyOf } from '../strategy-documents.ts';

const firstDay = Date.UTC(2020, 0, 1);
const days = 80;
const symbols = ['A', 'B', 'C', 'D'];

/** A close of each day in quarters, so that ties are frequent; null: no bar. */
type Closes = (number | null)[];

const closesOf = fc.array(
  fc.oneof(
    { arbitrary: fc.integer({ min: 4, max: 40 }).map((k) => k / 4), weight: 8 },
    { arbitrary: fc.constant(null), weight: 1 },
  ),
  { minLength: days, maxLength: days },
);
const universeOf = fc.array(closesOf, { minLength: symbols.length, maxLength: symbols.length });

const numbers = fc.constantFrom(
  'close',
  'roc(5)',
  'diff(close, 3)',
  'cs_rank(close)',
  'mean(cs_rank(roc(3)), 4)',
  'cs_rank(diff(cs_rank(close), 1)) - 0.5',
  'log(close / lag(close, 2)) / volatility(5)',
  'zscore(close, 6)',
  'close - series("B").close',
  'sma(4) - open',
);
const periods = fc.constantFrom('bar', 'day', 'week', 'month');
const filters = fc.constantFrom('null', 'close > sma(3)', 'day % 3 != 0');
const directions = fc.constantFrom('both', 'long', 'short');
const conditions = fc.constantFrom('close > sma(4)', 'A > B', 'crosses_above(close, 5)', 'roc(3) < 0', 'weekday == 2');
const fuzzy = `
indicators: {fast: {type: rsi, period: 4}}
fuzzy_sets: {zone: {indicator: fast, low: [0, 0, 60], high: [40, 100, 100]}}
fuzzy_rules: [{if: zone is low, then: 1}, {if: zone is high, then: -1}]`;
const head = 'version: "4"\nuniverse: {symbols: [A, B, C, D]}\n';
const legs =
  'legs: [{symbol: A, weight: 1}, {symbol: B, weight: "-beta(A, B, 5)"}, {symbol: C, weight: "lag(C, 1) - D2"}]';
const pairs = `version: "4"\n${legs.replace(' - D2', " - series('D').close")}\n`;

const targets = fc
  .tuple(numbers, periods, filters, directions)
  .map(
    ([position, every, when, direction]) =>
      `${head}target: {position: '${position}', rebalance: {every: ${every}}}\ndecisions: {direction: ${direction}, filters: {when: ${when}}}`,
  );
const portfolios = fc
  .tuple(numbers, periods, filters, fc.constantFrom([0.5, 0], [0.25, 0.25], [0, 0.3], [0.7, 0.3]), fc.boolean())
  .map(
    ([rank, every, when, [top, bottom], equal]) =>
      `${head}portfolio: {rank: '${rank}', long_top: ${top}, short_bottom: ${bottom}, gross: 2, rebalance: ${every}, weights: ${
        equal ? 'equal' : 'inverse_volatility'
      }, volatility_lookback: 4}\ndecisions: {filters: {when: ${when}}}`,
  );
const units = fc
  .tuple(fc.constantFrom('roc(4)', 'zscore(A - B, 5)', 'sign(A - B)'), periods, filters)
  .map(
    ([position, every, when]) =>
      `${pairs}target: {position: '${position}', rebalance: {every: ${every}}}\ndecisions: {filters: {when: ${when}}}`,
  );
const held = fc
  .tuple(conditions, conditions, conditions, conditions, filters, directions)
  .map(
    ([long, leave, short, cover, when, direction]) =>
      `${pairs}rules: {enter_long: '${long}', exit_long: '${leave}', enter_short: '${short}', exit_short: '${cover}'}\ndecisions: {direction: ${direction}, filters: {when: ${when}}}`,
  );
const sized = periods.map((every) => `${head}${fuzzy}\ntarget: {position: signal / 2, rebalance: {every: ${every}}}`);
const followed = fc
  .constantFrom(true, false)
  .map((aware) => `${pairs}${fuzzy}\ndecisions: {position_awareness: ${aware}}`);
const documents = fc.oneof(targets, portfolios, units, held, sized, followed);

/** B comes and goes, D comes late. */
const stays: UniverseStay[] = [
  { symbol: 'A', from: 0, to: null },
  { symbol: 'B', from: 0, to: firstDay + 20 * dayMs },
  { symbol: 'B', from: firstDay + 40 * dayMs, to: firstDay + 60 * dayMs },
  { symbol: 'C', from: 0, to: null },
  { symbol: 'D', from: firstDay + 15 * dayMs, to: null },
];

function barsOf(closes: Closes): Bars {
  const rows = closes.flatMap((close, k) => (close === null ? [] : [[firstDay + k * dayMs, close]]));
  return mapColumns((column) => Float64Array.from(rows, ([time, close]) => (column === 'time' ? time : close)));
}

function marketsOf(universe: readonly Closes[], order: readonly number[]): MarketView[] {
  const bars = universe.map(barsOf);
  return order.map((k) => ({
    symbol: symbols[k],
    timeframe: '1d',
    bars: bars[k],
    barsPerYear: 252,
    sessionOf: (instant) => instant,
    atTimeframe: () => ({ bars: bars[k], rows: new Int32Array(barCount(bars[k])), barsPerYear: 252 }),
    ofSymbol: (symbol) => {
      const other = bars[symbols.indexOf(symbol)];
      return { bars: other, rows: alignRows(bars[k].time, '1d', other.time, '1d'), barsPerYear: 252 };
    },
  }));
}

interface Wished {
  wishes: WishedWeights;
  time: Float64Array;
}

function wished(text: string, universe: readonly Closes[], joining: boolean, order = [0, 1, 2, 3]): Wished {
  const strategy = strategyOf(text);
  const traded = strategy.document.legs === null ? order : order.filter((k) => k < 3);
  const membership = joining && strategy.document.universe !== null ? stays : null;
  const view = new UniverseView(strategy, { markets: marketsOf(universe, traded), membership });
  const signals = strategy.decider === 'fuzzy_rules' ? view.deciders.map(fuzzyRulesSignal) : null;
  return { wishes: wishedWeights(view, signals), time: view.timeline.time };
}

/** Wishes by the start of their step, up to and with an instant; those before `firstStep` are none. */
function until({ wishes, time }: Wished, instant: number): number[][] {
  const steps = [...time.keys()].filter((step) => time[step] <= instant);
  return wishes.weights.map((column) => steps.map((step) => column[step]));
}

test('no wish depends on a bar after its step: neither cutting nor replacing the future changes it', () => {
  let wishesMade = 0;
  fc.assert(
    fc.property(
      documents,
      universeOf,
      universeOf,
      fc.integer({ min: 5, max: days - 1 }),
      fc.boolean(),
      (text, universe, other, cut, joining) => {
        const instant = firstDay + cut * dayMs;
        const whole = wished(text, universe, joining);
        const known = until(whole, instant);
        const without = universe.map((closes) => closes.slice(0, cut + 1));
        const replaced = universe.map((closes, k) => [...closes.slice(0, cut + 1), ...other[k].slice(cut + 1)]);
        assert.deepEqual(until(wished(text, without, joining), instant), known);
        assert.deepEqual(until(wished(text, replaced, joining), instant), known);
        const { firstStep } = whole.wishes;
        for (const column of whole.wishes.weights) {
          assert.ok(column.subarray(0, firstStep).every(Number.isNaN), 'a wish before the first step');
          wishesMade += column.filter((weight) => Math.abs(weight) > 0).length;
        }
      },
    ),
    { numRuns: 300 },
  );
  assert.ok(wishesMade > 10_000, `${wishesMade} wishes`);
});

test('the order of the markets of a universe changes nothing', () => {
  fc.assert(
    fc.property(
      fc.oneof(targets, portfolios),
      universeOf,
      fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }),
      (text, universe, order) => {
        const straight = wished(text, universe, true).wishes.weights;
        const shuffled = wished(text, universe, true, order).wishes.weights;
        order.forEach((k, column) => {
          straight[k].forEach((weight, step) => {
            const other = shuffled[column][step];
            assert.ok(Object.is(weight, other) || Math.abs(weight - other) < 1e-12, `${symbols[k]} ${step}`);
          });
        });
      },
    ),
    { numRuns: 100 },
  );
});

test('a portfolio never holds more than its gross, nor anything outside the universe', () => {
  fc.assert(
    fc.property(portfolios, universeOf, (text, universe) => {
      const { wishes, time } = wished(text, universe, true);
      for (let step = wishes.firstStep; step < wishes.endStep; step++) {
        const now = wishes.weights.map((column) => column[step]);
        const gross = now.reduce((sum, weight) => sum + (Number.isNaN(weight) ? 0 : Math.abs(weight)), 0);
        assert.ok(gross <= 2 + 1e-12);
        symbols.forEach((symbol, k) => {
          const member = stays.some(
            (stay) => stay.symbol === symbol && stay.from <= time[step] && (stay.to === null || time[step] <= stay.to),
          );
          if (!member) assert.equal(now[k], 0);
        });
      }
    }),
    { numRuns: 100 },
  );
});

test('cs_rank is the mean rank among those present, less one, over their number less one', () => {
  const strategy = strategyOf(`${head}target: {position: cs_rank(close)}`);
  fc.assert(
    fc.property(universeOf, (universe) => {
      const view = new UniverseView(strategy, { markets: marketsOf(universe, [0, 1, 2, 3]) });
      const ranks = view.over(null).onTimeline(readFormula('cs_rank(close)'));
      view.timeline.time.forEach((start, step) => {
        const now = universe.map((closes) => closes[Math.round((start - firstDay) / dayMs)]);
        const present = now.filter((close) => close !== null);
        now.forEach((close, k) => {
          const below = present.filter((other) => close !== null && other < close).length;
          const tied = present.filter((other) => other === close).length;
          const expected = present.length === 1 ? 0.5 : (below + (tied - 1) / 2) / (present.length - 1);
          if (close === null) assert.ok(Number.isNaN(ranks[k][step]));
          else assert.ok(Math.abs(ranks[k][step] - expected) < 1e-12);
        });
      });
    }),
    { numRuns: 50 },
  );
});
