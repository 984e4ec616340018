import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alignRows } from '@stratlab/data/align.ts';
import { type Bars, barCount, mapColumns, sliceBars } from '@stratlab/data/bars.ts';
import { timeframeMs } from '@stratlab/data/timeframe.ts';
import { featureMatrix, featuresOf, fuzzyRulesSignal, membershipValues } from '@stratlab/strategies/features.ts';
import { evaluateFormula } from '@stratlab/strategies/formula.ts';
import { computeIndicators } from '@stratlab/strategies/indicator-definition.ts';
import type { Mapping } from '@stratlab/strategies/mapping.ts';
import { type AlignedBars, type MarketView, StrategyView } from '@stratlab/strategies/market-view.ts';
import { walk } from '../formula-world.ts';
import { documentOf, fuzzyRulesText, strategyOf, withValue } from '../strategy-documents.ts';

const hour = 3_600_000;
const rows = 400;

const document = documentOf(`
version: "4"
training_data:
  symbols: {mode: single, symbol: EURUSD}
  timeframes: {mode: multi_timeframe, list: [1h, 4h], base_timeframe: 1h}
indicators:
  rsi_14: {type: rsi}
  adx_14: {type: adx, period: 7}
  smooth: {type: ema, period: 5, source: gap}
  gap: {type: formula, formula: "(close - lag(close, 1)) / atr(14) + series('GBPUSD').close"}
  higher: {type: formula, formula: "tf('4h', rsi_14) - rsi_14"}
  gbp: {type: rsi, period: 9, data_source: GBPUSD}
  gbp_smooth: {type: sma, period: 3, source: gbp, data_source: GBPUSD}
fuzzy_sets:
  zone: {indicator: rsi_14, low: [0, 20, 60], high: [40, 80, 100]}
  gbp_zone: {indicator: gbp_smooth, low: [0, 20, 60], high: [40, 80, 100]}
nn_inputs:
  - {fuzzy_set: zone}
  - {raw_indicator: adx_14.plus_di, timeframes: [4h], normalization: minmax}
  - {fuzzy_set: gbp_zone, timeframes: [1h]}
  - {raw_indicator: smooth}
  - {raw_indicator: higher, timeframes: [1h], normalization: none}
model: {type: mlp, features: {lookback_periods: 2}}
training: {labels: {source: next_direction}}
`);
const strategy = strategyOf(document);
const features = featuresOf(strategy, 2);

const own = walk(rows, 1);
/** Every third hour of another market is missing. */
const other = picked(walk(rows, 2), (row) => row % 3 !== 1);

function picked(bars: Bars, keep: (row: number) => boolean): Bars {
  return mapColumns((column) => bars[column].filter((_, row) => keep(row)));
}

/** Bars of four hours of the clock that are over by `instant`. */
function fourHours(bars: Bars, instant: number): Bars {
  const startOf = (row: number) => Math.floor(bars.time[row] / (4 * hour)) * 4 * hour;
  const starts = [...new Set(Array.from(bars.time, (_, row) => startOf(row)))].filter(
    (start) => start + 4 * hour <= instant,
  );
  const parts = starts.map((start) => picked(bars, (row) => startOf(row) === start));
  return {
    time: Float64Array.from(starts),
    open: Float64Array.from(parts, ({ open }) => open[0]),
    high: Float64Array.from(parts, ({ high }) => Math.max(...high)),
    low: Float64Array.from(parts, ({ low }) => Math.min(...low)),
    close: Float64Array.from(parts, ({ close }) => close[close.length - 1]),
    volume: Float64Array.from(parts, ({ volume }) => volume.reduce((sum, value) => sum + value)),
  };
}

/** The market as it stands once the last of `bars` has closed. */
function marketOf(bars: Bars, others: Bars): MarketView {
  const lastClose = bars.time[barCount(bars) - 1] + hour;
  const known = picked(others, (row) => others.time[row] + hour <= lastClose);
  const coarse = fourHours(bars, lastClose);
  const aligned = (base: Bars, frame: '1h' | '4h', seen: Bars, of: '1h' | '4h'): AlignedBars => ({
    bars: seen,
    rows: alignRows(base.time, frame, seen.time, of),
    barsPerYear: frame === '1h' ? 6000 : 1500,
  });
  return {
    symbol: 'EURUSD',
    timeframe: '1h',
    bars,
    barsPerYear: 6000,
    sessionOf: (instant) => Math.floor(instant / 86_400_000),
    atTimeframe: () => aligned(bars, '1h', coarse, '4h'),
    ofSymbol: (_, frame) =>
      frame === '1h' ? aligned(bars, '1h', known, '1h') : aligned(coarse, '4h', fourHours(known, lastClose), '4h'),
  };
}

function viewOf(bars: Bars, others: Bars, changed: Mapping = document): StrategyView {
  return new StrategyView(strategyOf(changed), marketOf(bars, others));
}

function column(matrix: Float64Array, name: string): Float64Array {
  const k = features.findIndex((feature) => feature.name === name);
  assert.notEqual(k, -1, name);
  return Float64Array.from({ length: matrix.length / features.length }, (_, row) => matrix[row * features.length + k]);
}

test('features are named by timeframe, source and lag, in the order of the inputs', () => {
  const newest = [
    '1h_zone_low',
    '1h_zone_high',
    '4h_zone_low',
    '4h_zone_high',
    '4h_adx_14.plus_di',
    '1h_gbp_zone_low',
    '1h_gbp_zone_high',
    '1h_smooth',
    '4h_smooth',
    '1h_higher',
  ];
  const named = [0, 1, 2].flatMap((lag) => newest.map((name) => (lag === 0 ? name : `${name}_lag${lag}`)));
  assert.deepEqual(
    features.map(({ name }) => name),
    named,
  );
  assert.deepEqual(
    features.slice(0, 10).map(({ normalization }) => normalization),
    ['none', 'none', 'none', 'none', 'minmax', 'none', 'none', 'zscore', 'zscore', 'none'],
  );
});

test('no feature changes when every later bar of every series is cut off or replaced', () => {
  const whole = featureMatrix(viewOf(own, other), features);
  const strange = walk(rows, 77, 0.2);
  for (const cut of [60, 101, 203, 318, 399]) {
    const instant = own.time[cut - 1] + hour;
    const before = cut * features.length;
    const shorter = featureMatrix(viewOf(sliceBars(own, 0, cut), other), features);
    assert.deepEqual(shorter, whole.slice(0, before), `cut after ${cut} bars`);
    const mixed = mapColumns((name) => own[name].map((value, row) => (row < cut ? value : strange[name][row])));
    const others = mapColumns((name) =>
      other[name].map((value, row) => (other.time[row] + hour <= instant || name === 'time' ? value : 2 * value)),
    );
    assert.deepEqual(featureMatrix(viewOf(mixed, others), features).slice(0, before), whole.slice(0, before));
  }
});

test('a coarser value appears with the bar that closes it and stands until the next', () => {
  const matrix = featureMatrix(viewOf(own, other), features);
  const coarse = fourHours(own, own.time[rows - 1] + hour);
  const rsi = computeIndicators(coarse, strategy.indicators.rsi_14 && { rsi_14: strategy.indicators.rsi_14 }).get(
    'rsi_14',
  );
  assert.ok(rsi);
  const view = viewOf(own, other);
  const seen = view.column('rsi_14', '4h');
  for (let row = 0; row < rows; row++) {
    const closed = Math.floor((own.time[row] + hour - coarse.time[0]) / timeframeMs('4h')) - 1;
    assert.equal(seen[row], closed < 0 ? Number.NaN : rsi[closed], `row ${row}`);
  }
  const degrees = membershipValues(view, 'zone', 'low', '4h');
  assert.deepEqual(column(matrix, '4h_zone_low'), degrees);
});

test('of sets that are fitted in training every feature is the indicator itself, on its timeframe and lag', () => {
  const changed = withValue(document, 'fuzzy_sets.zone', { indicator: 'rsi_14', auto: ['calm', 'usual', 'stormy'] });
  const view = viewOf(own, other, changed);
  const fitted = featuresOf(view.strategy, 2).filter(({ name }) => /_zone_(calm|usual|stormy)/.test(name));
  assert.equal(fitted.length, 18);
  const matrix = featureMatrix(view, fitted);
  fitted.forEach(({ timeframe, lag }, k) => {
    const seen = view.column('rsi_14', timeframe);
    for (let row = 0; row < rows; row++) {
      assert.equal(matrix[row * fitted.length + k], row < lag ? Number.NaN : seen[row - lag]);
    }
  });
  assert.throws(() => membershipValues(view, 'zone', 'calm', '1h'), RangeError);
});

test('an earlier row is the same feature that many base bars before', () => {
  const matrix = featureMatrix(viewOf(own, other), features);
  const now = column(matrix, '4h_smooth');
  const before = column(matrix, '4h_smooth_lag2');
  assert.deepEqual(before.slice(2), now.slice(0, -2));
  assert.ok(Number.isNaN(before[0]) && Number.isNaN(before[1]));
});

test('an indicator of another symbol is computed on its own bars and carried to the next row', () => {
  const view = viewOf(own, other);
  const definitions = { gbp: { ...strategy.indicators.gbp }, gbp_smooth: { ...strategy.indicators.gbp_smooth } };
  const expected = computeIndicators(other, definitions);
  const at = alignRows(own.time, '1h', other.time, '1h');
  for (const name of ['gbp', 'gbp_smooth']) {
    const values = expected.get(name);
    assert.ok(values);
    assert.deepEqual(
      view.column(name, '1h'),
      Float64Array.from(at, (row) => (row < 0 ? Number.NaN : values[row])),
    );
  }
});

test('a formula reads other timeframes and other indicators, and an indicator reads a formula', () => {
  const view = viewOf(own, other);
  const higher = view.column('rsi_14', '4h').map((value, row) => value - view.column('rsi_14', '1h')[row]);
  assert.deepEqual(view.column('higher', '1h'), higher);
  const gap = view.column('gap', '4h');
  assert.ok(gap.some(Number.isFinite));
  const context = view.context();
  assert.deepEqual(context.columns('smooth'), view.column('smooth', '1h'));
  const formula = strategy.formulaIndicators.get('gap');
  assert.ok(formula);
  assert.deepEqual(evaluateFormula(formula, context), view.column('gap', '1h'));
});

test('fuzzy rules vote on the base bars, and are unknown while a membership is', () => {
  const view = new StrategyView(strategyOf(fuzzyRulesText), marketOf(own, other));
  const signal = fuzzyRulesSignal(view);
  assert.equal(signal.length, rows);
  assert.ok(Number.isNaN(signal[13]) && !Number.isNaN(signal[14]));
  assert.ok(signal.slice(14).every((value) => value >= -1 && value <= 1));
  const rsi = view.column('rsi_14', '1h');
  const lowest = rsi.indexOf(Math.min(...rsi.slice(14)));
  assert.ok(signal[lowest] > 0.5);
});

test('a set is asked for by a name that exists', () => {
  assert.throws(() => membershipValues(viewOf(own, other), 'zone', 'none', '1h'), RangeError);
  const single = withValue(document, 'nn_inputs', [{ fuzzy_set: 'zone', timeframes: ['4h'] }]);
  assert.equal(featuresOf(strategyOf(single), 0).length, 2);
});
