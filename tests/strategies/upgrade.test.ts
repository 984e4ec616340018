import assert from 'node:assert/strict';
import { test } from 'node:test';
import { upgradeDocument } from '@stratlab/strategies/upgrade.ts';
import { documentOf, markOf, modelText, problemsOf, strategyOf, warningsOf } from '../strategy-documents.ts';

/** What KTRDR v3 files say, in its words. */
const v3Text = `
name: Trend Model v1.5
version: "3.0"
scope: universal
training_data:
  symbols: {mode: multi_symbol, list: [EURUSD]}
  timeframes: {mode: single, list: [1H], base_timeframe: 1H}
  start_date: "2015-01-01"
  history_required: 100
deployment: {target_symbols: {mode: universal}}
indicators:
  rsi_14: {type: RSI, period: 14, source: close}
  macd_12: {type: MACD, fast: 12, slow: 26, signal: 9}
  bb: {type: BollingerBands, period: 20, std_dev: 2.5}
  atr_14: {type: ATR, period: 14, source: close}
  trend: {type: SuperTrend, period: 10, multiplier: 3}
fuzzy_sets:
  rsi_14: {low: {type: Triangular, parameters: [0, 20, 60]}, high: [40, 80, 100]}
  macd_up: {indicator: macd_12, output: histogram, up: [0, 1, 2]}
  band: {indicator: bb, wide: [0, 1, 2]}
  direction: {indicator: trend.trend, up: [0, 1, 2]}
nn_inputs:
  - {fuzzy_set: rsi_14, timeframes: [1H]}
  - {fuzzy_set: macd_up, timeframes: all}
model:
  type: MLP
  architecture: {hidden_layers: [16, 8], activation: ReLU, output_activation: softmax, dropout_rate: 0.1}
  features: {include_price_context: false, lookback_periods: 1, scale_features: true}
  training: {learning_rate: 0.002, optimizer: Adam, epochs: 3, early_stopping: {enabled: false}}
decisions: {output_format: classification, confidence_threshold: 0.6, cost_model: {round_trip_cost: 0.003}, filters: {volume_filter: false}}
training:
  method: supervised
  labels: {source: triple_barrier, pt_multiplier: 3, sl_multiplier: 1, max_holding_period: 40, vol_span: 50}
  lr_scheduler: true
  loss: focal
  validation_split: 0.2
`;

const v4Text = `
version: "4"
training_data:
  symbols: {mode: single, symbol: EURUSD}
  timeframes: {mode: single, timeframe: 1h}
  date_range: {start: "2015-01-01"}
  history_required: 100
indicators:
  rsi_14: {type: rsi}
  macd_12: {type: macd}
  bb: {type: bollinger, multiplier: 2.5}
  atr_14: {type: atr}
  trend: {type: supertrend}
fuzzy_sets:
  rsi_14: {indicator: rsi_14, low: [0, 20, 60], high: [40, 80, 100]}
  macd_up: {indicator: macd_12.histogram, up: [0, 1, 2]}
  band: {indicator: bb.upper, wide: [0, 1, 2]}
  direction: {indicator: trend.line, up: [0, 1, 2]}
nn_inputs: [{fuzzy_set: rsi_14}, {fuzzy_set: macd_up}]
model: {type: mlp, architecture: {hidden_layers: [16, 8], dropout: 0.1}, features: {lookback_periods: 1}}
training:
  labels: {source: triple_barrier, profit_target_atr: 3, stop_loss_atr: 1, max_holding_bars: 40, atr_period: 50}
  loss: focal
  learning_rate: 0.002
  epochs: 3
  early_stopping: null
  lr_scheduler: {type: reduce_on_plateau}
  validation: {method: holdout, train: 0.6, validation: 0.2, test: 0.2}
decisions: {confidence_threshold: 0.6}
`;

test('a KTRDR v3 document decides as the same thing written in version 4', () => {
  assert.deepEqual(problemsOf(v3Text), []);
  assert.equal(markOf(v3Text), markOf(v4Text));
  assert.equal(strategyOf(v3Text).document.name, 'trend_model_v1_5');
});

test('what is read otherwise or not at all is said, key by key', () => {
  assert.deepEqual(
    warningsOf(v3Text)
      .map(({ path }) => path)
      .filter((path) => !path.startsWith('fuzzy_sets'))
      .sort(),
    ['decisions.cost_model', 'deployment', 'name', 'scope', 'training.validation_split'],
  );
  const [, ...odd] = warningsOf(v3Text.replace('period: 14, source: close}', 'period: 14, colour: red}'));
  assert.ok(odd.some(({ path }) => path === 'indicators.rsi_14.colour'));
});

test('a list with feature_id, KTRDR v2, is read', () => {
  const v2 = `
version: "2.0"
indicators:
  - {name: RSIIndicator, feature_id: rsi_fast, period: 7, source: close}
  - {name: stoch, k_period: 14, d_period: 3}
  - {name: BollingerBandsIndicator, feature_id: bb_20_2.0, period: 20, multiplier: 2.0}
  - {name: sma, period: 20}
  - {name: sma, period: 50}
fuzzy_sets:
  rsi_fast: {low: [0, 20, 60], high: [40, 80, 100]}
  stochastic_14_3_3: {low: [0, 20, 60], high: [40, 80, 100]}
  bb_20_2.0: {wide: [0, 1, 2]}
  sma_50: {input_transform: {type: price_ratio, reference: close}, above: [1, 1.1, 1.2], below: [0.8, 0.9, 1]}
model: {type: mlp}
training: {labels: {source: zigzag}}
`;
  const { indicators, formulaIndicators, fuzzy, document } = strategyOf(v2);
  assert.deepEqual(Object.keys(indicators), ['rsi_fast', 'stoch', 'bb_20_2_0', 'sma_20', 'sma_50']);
  assert.equal(formulaIndicators.get('sma_50_ratio')?.text, 'close / sma_50');
  assert.deepEqual(
    [...fuzzy.values()].map(({ column }) => column),
    ['rsi_fast', 'stoch.k', 'bb_20_2_0.upper', 'sma_50_ratio'],
  );
  assert.equal(document.nn_inputs.length, 4);
});

test('the list form becomes ids from names, and all fuzzy sets are inputs', () => {
  const list = `
indicators: [{name: rsi, parameters: {period: 14}}, {name: macd, parameters: {fast_period: 8}}]
fuzzy_sets:
  rsi: {oversold: [0, 20, 30], neutral: [25, 50, 75], overbought: [70, 80, 100]}
  macd: {up: [0, 1, 2]}
model: {type: mlp, architecture: {hidden_layers: [20, 10], activation: relu}}
`;
  const { fuzzy, document, indicators } = strategyOf(list);
  assert.deepEqual(Object.keys(indicators), ['rsi', 'macd']);
  assert.deepEqual(
    [...fuzzy].map(([id, { column }]) => [id, column]),
    [
      ['rsi', 'rsi'],
      ['macd', 'macd.line'],
    ],
  );
  assert.deepEqual(document.nn_inputs, [
    { fuzzy_set: 'rsi', timeframes: 'all' },
    { fuzzy_set: 'macd', timeframes: 'all' },
  ]);
});

test("entries of a list never take each other's place, and odd ones are problems", () => {
  const twice = 'indicators: [{name: obv}, {name: obv}, 7]\nrules: {enter_long: obv > 1}';
  assert.deepEqual(Object.keys(Object(upgradeDocument(documentOf(twice)).document.indicators)), [
    'obv',
    'obv_again',
    'entry_2',
  ]);
  assert.deepEqual(
    problemsOf(twice).map(({ path }) => path),
    ['indicators.entry_2'],
  );
});

test('a base timeframe above a listed one is kept, and one that is not listed joins the list', () => {
  const frames = (text: string) => v3Text.replace('{mode: single, list: [1H], base_timeframe: 1H}', text);
  const above = strategyOf(frames('{mode: multi_timeframe, list: [5m, 1h], base_timeframe: 1h}'));
  assert.deepEqual(above.document.training_data.timeframes, {
    mode: 'multi_timeframe',
    list: ['5m', '1h'],
    base_timeframe: '1h',
  });
  const apart = strategyOf(frames('{mode: multi_timeframe, list: [4h, 1d], base_timeframe: 1H}'));
  assert.deepEqual(apart.document.training_data.timeframes, {
    mode: 'multi_timeframe',
    list: ['4h', '1d', '1h'],
    base_timeframe: '1h',
  });
  assert.ok(problemsOf(frames('{mode: single, timeframe: 1M}')).length > 0);
});

test('KTRDR names of indicators are read whatever their case and spelling', () => {
  const names: [string, string][] = [
    ['ParabolicSAR', 'parabolic_sar'],
    ['parabolicsar', 'parabolic_sar'],
    ['KeltnerChannels', 'keltner'],
    ['donchianchannels', 'donchian'],
    ['FisherTransform', 'fisher'],
    ['williamsR', 'williams_r'],
    ['VolumeRatioIndicator', 'volume_ratio'],
    ['DistanceFromMA', 'distance_from_ma'],
    ['ADLine', 'ad_line'],
    ['SqueezeIntensity', 'squeeze'],
    ['BollingerBandWidthIndicator', 'bollinger_width'],
    ['stoch', 'stochastic'],
    ['bbands', 'bollinger'],
  ];
  for (const [name, type] of names) {
    const { indicators } = strategyOf(
      `version: "3.0"\nindicators: {x: {type: ${name}}}\nrules: {enter_long: close > 1}`,
    );
    assert.equal(indicators.x.type, type, name);
  }
});

test('a document of version 4 is not forgiven what an older one is', () => {
  const strict = { ...documentOf(modelText), scope: 'universal' };
  assert.deepEqual(
    problemsOf(strict).map(({ path }) => path),
    ['scope'],
  );
  assert.deepEqual(problemsOf({ ...strict, version: '3.0' }), []);
});

test('upgrading changes nothing in what was given', () => {
  const document = documentOf(v3Text);
  const copy = structuredClone(document);
  upgradeDocument(document);
  assert.deepEqual(document, copy);
});
