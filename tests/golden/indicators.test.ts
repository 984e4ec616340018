import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Bars, barCount } from '@stratlab/data/bars.ts';
import { computeIndicators, parseIndicatorDefinition } from '@stratlab/strategies/indicator-definition.ts';
import { referenceTable, referenceText, withoutReference } from '../reference.ts';

type Reading = [entry: Record<string, unknown>, output?: string];

/** How each reference column is asked for. */
const readings: Record<string, Reading> = {
  sma: [{ type: 'sma' }],
  ema: [{ type: 'ema' }],
  wma: [{ type: 'wma' }],
  dema: [{ type: 'dema' }],
  tema: [{ type: 'tema' }],
  kama: [{ type: 'kama' }],
  rsi: [{ type: 'rsi' }],
  macd: [{ type: 'macd' }, 'line'],
  macd_signal: [{ type: 'macd' }, 'signal'],
  macd_hist: [{ type: 'macd' }, 'histogram'],
  bb_upper: [{ type: 'bollinger' }, 'upper'],
  bb_middle: [{ type: 'bollinger' }, 'middle'],
  bb_lower: [{ type: 'bollinger' }, 'lower'],
  atr: [{ type: 'atr' }],
  natr: [{ type: 'natr' }],
  adx: [{ type: 'adx' }, 'adx'],
  plus_di: [{ type: 'adx' }, 'plus_di'],
  minus_di: [{ type: 'adx' }, 'minus_di'],
  dx: [{ type: 'adx' }, 'dx'],
  cci: [{ type: 'cci' }],
  roc: [{ type: 'roc' }],
  mom: [{ type: 'momentum' }],
  stoch_k: [{ type: 'stochastic' }, 'k'],
  stoch_d: [{ type: 'stochastic' }, 'd'],
  stochrsi_k: [{ type: 'stochrsi' }, 'k'],
  stochrsi_d: [{ type: 'stochrsi' }, 'd'],
  willr: [{ type: 'williams_r' }],
  mfi: [{ type: 'mfi' }],
  obv: [{ type: 'obv' }],
  ad: [{ type: 'ad_line' }],
  cmf: [{ type: 'cmf' }],
  aroon_down: [{ type: 'aroon' }, 'down'],
  aroon_up: [{ type: 'aroon' }, 'up'],
  aroon_osc: [{ type: 'aroon' }, 'oscillator'],
  sar: [{ type: 'parabolic_sar' }],
  trix: [{ type: 'trix' }],
  ultosc: [{ type: 'ultimate_oscillator' }],
  cmo: [{ type: 'cmo' }],
  ppo_sma: [{ type: 'ppo' }],
  ppo_ema: [{ type: 'ppo', ma: 'ema' }],
  stddev: [{ type: 'stddev' }],
  linreg_slope: [{ type: 'linreg_slope' }],
  correl: [{ type: 'correlation' }],
  beta: [{ type: 'beta' }],
  supertrend: [{ type: 'supertrend' }, 'line'],
  supertrend_dir: [{ type: 'supertrend' }, 'direction'],
  supertrend_upper: [{ type: 'supertrend' }, 'upper'],
  supertrend_lower: [{ type: 'supertrend' }, 'lower'],
  supertrend_talibatr: [{ type: 'supertrend', atr: 'wilder' }, 'line'],
  supertrend_talibatr_dir: [{ type: 'supertrend', atr: 'wilder' }, 'direction'],
  supertrend_smaatr: [{ type: 'supertrend', atr: 'sma' }, 'line'],
  supertrend_smaatr_dir: [{ type: 'supertrend', atr: 'sma' }, 'direction'],
  kc_upper: [{ type: 'keltner' }, 'upper'],
  kc_middle: [{ type: 'keltner' }, 'middle'],
  kc_lower: [{ type: 'keltner' }, 'lower'],
  kc2_upper: [{ type: 'keltner', seed: 'first', atr: 'sma' }, 'upper'],
  kc2_middle: [{ type: 'keltner', seed: 'first', atr: 'sma' }, 'middle'],
  kc2_lower: [{ type: 'keltner', seed: 'first', atr: 'sma' }, 'lower'],
  donchian_upper: [{ type: 'donchian' }, 'upper'],
  donchian_middle: [{ type: 'donchian' }, 'middle'],
  donchian_lower: [{ type: 'donchian' }, 'lower'],
  ichi_tenkan: [{ type: 'ichimoku' }, 'tenkan'],
  ichi_kijun: [{ type: 'ichimoku' }, 'kijun'],
  ichi_spanA_raw: [{ type: 'ichimoku' }, 'senkou_a_raw'],
  ichi_spanB_raw: [{ type: 'ichimoku' }, 'senkou_b_raw'],
  ichi_spanA_shifted: [{ type: 'ichimoku' }, 'senkou_a'],
  ichi_spanB_shifted: [{ type: 'ichimoku' }, 'senkou_b'],
  ichi_chikou_ref: [{ type: 'ichimoku' }, 'chikou_ref'],
  vwap_cum: [{ type: 'vwap' }],
  vwap_roll: [{ type: 'vwap', anchor: 'rolling' }],
  fisher_ehlers: [{ type: 'fisher' }, 'fisher'],
  fisher_ehlers_trigger: [{ type: 'fisher' }, 'trigger'],
  fisher_ema: [{ type: 'fisher', variant: 'ema' }, 'fisher'],
  rvi: [{ type: 'rvi' }, 'rvi'],
  rvi_signal_sw: [{ type: 'rvi' }, 'signal'],
  rvi_signal_sma4: [{ type: 'rvi', signal: 'sma' }, 'signal'],
  squeeze: [{ type: 'squeeze' }],
  squeeze2: [{ type: 'squeeze', ddof: 1, seed: 'first', atr: 'sma', atr_period: 10 }],
  bb_width: [{ type: 'bollinger_width' }],
  bb_width_ddof1: [{ type: 'bollinger_width', ddof: 1 }],
  pct_b: [{ type: 'percent_b' }],
  dist_sma_pct: [{ type: 'distance_from_ma' }],
  dist_ema_pct: [{ type: 'distance_from_ma', ma: 'ema' }],
  volume_ratio: [{ type: 'volume_ratio' }],
};

/** The same for the names of TA-Lib's regression suite and of the edge cases. */
const talib: Record<string, (...periods: number[]) => Reading> = {
  sma: (period) => [{ type: 'sma', period }],
  wma: (period) => [{ type: 'wma', period }],
  ema: (period) => [{ type: 'ema', period }],
  kama: (period) => [{ type: 'kama', period }],
  rsi: (period) => [{ type: 'rsi', period }],
  cmo: (period) => [{ type: 'cmo', period }],
  plus_di: (period) => [{ type: 'adx', period }, 'plus_di'],
  minus_di: (period) => [{ type: 'adx', period }, 'minus_di'],
  dx: (period) => [{ type: 'adx', period }, 'dx'],
  adx: (period) => [{ type: 'adx', period }, 'adx'],
  cci: (period) => [{ type: 'cci', period }],
  'correl(high,low)': (period) => [{ type: 'correlation', period }],
  correl_c_l: (period) => [{ type: 'correlation', x: 'close', y: 'low', period }],
  aroon_up: (period) => [{ type: 'aroon', period }, 'up'],
  aroon_down: (period) => [{ type: 'aroon', period }, 'down'],
  stddev: (period) => [{ type: 'stddev', period }],
  mom: (period) => [{ type: 'momentum', period }],
  roc: (period) => [{ type: 'roc', period }],
  ppo_sma: (fast_period, slow_period) => [{ type: 'ppo', fast_period, slow_period }],
  trix: (period) => [{ type: 'trix', period }],
  mfi: (period) => [{ type: 'mfi', period }],
  ad: () => [{ type: 'ad_line' }],
  obv: () => [{ type: 'obv' }],
  sar: () => [{ type: 'parabolic_sar' }],
  atr: (period) => [{ type: 'atr', period }],
  willr: (period) => [{ type: 'williams_r', period }],
  linreg_slope: (period) => [{ type: 'linreg_slope', period }],
  stoch_k: (k_period, smooth_k, d_period) => [{ type: 'stochastic', k_period, smooth_k, d_period }, 'k'],
  stochrsi_k: (rsi_period, k_period, d_period) => [{ type: 'stochrsi', rsi_period, k_period, d_period }, 'k'],
  ultosc: (short_period, medium_period, long_period) => [
    { type: 'ultimate_oscillator', short_period, medium_period, long_period },
  ],
  bb_upper: (period, multiplier) => [{ type: 'bollinger', period, multiplier }, 'upper'],
};

function column(bars: Bars, [entry, output]: Reading): Float64Array {
  const parsed = parseIndicatorDefinition(entry, 'indicators.x');
  assert.ok('definition' in parsed, JSON.stringify(parsed));
  const values = computeIndicators(bars, { x: parsed.definition }).get(output === undefined ? 'x' : `x.${output}`);
  assert.ok(values, `no column ${output}`);
  return values;
}

function firstDefined(values: Float64Array): number {
  return values.findIndex((value) => !Number.isNaN(value));
}

/** Undefined on the same rows; elsewhere equal relative to max(|expected|, 0.001 x the column's largest magnitude). */
function assertClose(actual: Float64Array, expected: Float64Array, rtol: number, name: string) {
  assert.equal(actual.length, expected.length, name);
  const largest = expected.reduce((most, value) => (Math.abs(value) > most ? Math.abs(value) : most), 0);
  expected.forEach((value, row) => {
    const error = Math.abs(actual[row] - value);
    const allowed = rtol * Math.max(Math.abs(value), 0.001 * largest);
    const equal = Number.isNaN(value) ? Number.isNaN(actual[row]) : error <= allowed;
    assert.ok(equal, `${name} at row ${row}: ${actual[row]} instead of ${value}`);
  });
}

function goog(): Bars {
  const { columns, values } = referenceTable('reference/inputs/GOOG.csv');
  const { Open: open, High: high, Low: low, Close: close, Volume: volume } = values;
  return { time: values[columns[0]], open, high, low, close, volume };
}

/** Bars of a reference that names only some columns. */
function barsOf(inputs: Record<string, number[]>): Bars {
  const [close, high, low, volume] = ['close', 'high', 'low', 'volume'].map((name) => Float64Array.from(inputs[name]));
  const open = inputs.open === undefined ? close : Float64Array.from(inputs.open);
  return { time: close.map((_, row) => row * 86_400_000), open, high, low, close, volume };
}

interface Meta {
  columns: Record<string, { first_index: number; rtol: number }>;
  zigzag: { threshold: number; pivots: [bar: number, price: number, kind: number, confirmed: number][] };
}

interface EdgeCases {
  cases: Record<string, { inputs: Record<string, number[]>; outputs: Record<string, (number | null)[]> }>;
}

interface Regression {
  inputs: Record<string, number[]>;
  checks: { fn: string; params: number[]; bar: number; computed: number }[];
}

test('the columns of GOOG agree with TA-Lib and independent references', { skip: withoutReference }, async (t) => {
  const meta: Meta = JSON.parse(referenceText('reference/indicators_goog_A.meta.json'));
  const { values } = referenceTable('reference/indicators_goog_A.csv.gz');
  const bars = goog();
  assert.deepEqual(Object.keys(readings).sort(), Object.keys(meta.columns).sort());
  for (const [name, { first_index, rtol }] of Object.entries(meta.columns)) {
    await t.test(name, () => {
      const actual = column(bars, readings[name]);
      assert.equal(firstDefined(actual), first_index);
      assertClose(actual, values[name], rtol, name);
    });
  }
});

test('a zigzag pivot shows from the bar that confirms it until the next one', { skip: withoutReference }, () => {
  const { zigzag }: Meta = JSON.parse(referenceText('reference/indicators_goog_A.meta.json'));
  const bars = goog();
  const actual = column(bars, [{ type: 'zigzag', threshold: zigzag.threshold }]);
  const expected = new Float64Array(barCount(bars)).fill(Number.NaN);
  for (const [, price, , confirmed] of zigzag.pivots) expected.fill(price, confirmed);
  assert.deepEqual(actual, expected);
});

test('where a denominator is zero the value is the one TA-Lib gives', { skip: withoutReference }, async (t) => {
  const { cases }: EdgeCases = JSON.parse(referenceText('reference/indicators_edge_cases.json'));
  for (const [situation, { inputs, outputs }] of Object.entries(cases)) {
    for (const [name, expected] of Object.entries(outputs)) {
      await t.test(`${name}, ${situation}`, () => {
        const periods = name.match(/\d+/g)?.map(Number) ?? [];
        const reading = talib[name.replace(/_?\d+/g, '')](...periods);
        const wanted = Float64Array.from(expected, (value) => value ?? Number.NaN);
        assertClose(column(barsOf(inputs), reading), wanted, 1e-9, name);
      });
    }
  }
});

test("the values printed in TA-Lib's own regression suite come out", { skip: withoutReference }, async (t) => {
  const { inputs, checks }: Regression = JSON.parse(referenceText('reference/talib_regtest_spot_values.json'));
  const bars = barsOf(inputs);
  for (const { fn, params, bar, computed } of checks) {
    await t.test(`${fn}(${params}) at bar ${bar}`, () => {
      const actual = column(bars, talib[fn.toLowerCase()](...params))[bar];
      assert.ok(
        Math.abs(actual - computed) <= 1e-8 * Math.max(1, Math.abs(computed)),
        `${actual} instead of ${computed}`,
      );
    });
  }
});
