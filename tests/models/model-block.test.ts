import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inputsOf, lookbackOf, modelBlockSchema } from '@stratlab/models/model-block.ts';
import { documentOf, strategyOf } from '../strategy-documents.ts';

const strategy = strategyOf(
  documentOf(`
version: "4"
training_data:
  symbols: {mode: single, symbol: EURUSD}
  timeframes: {mode: single, timeframe: 1h}
indicators:
  rsi_14: {type: rsi}
fuzzy_sets:
  zone: {indicator: rsi_14, low: [0, 20, 60], high: [40, 80, 100]}
nn_inputs:
  - {fuzzy_set: zone}
  - {raw_indicator: rsi_14}
model: {type: mlp}
training: {labels: {source: next_direction}}
`),
);

test('a plain network sees the newest row first, one of sequences the oldest', () => {
  const row = ['1h_zone_low', '1h_zone_high', '1h_rsi_14'];
  const lagged = (lag: number) => row.map((name) => (lag === 0 ? name : `${name}_lag${lag}`));
  const names = (model: unknown) => inputsOf(strategy, modelBlockSchema.parse(model)).map(({ name }) => name);
  const three = { sequence_length: 3 };
  for (const type of ['mlp', 'logistic', 'anfis', 'gradient_boosting']) {
    assert.deepEqual(names({ type, features: { lookback_periods: 1 } }), [...lagged(0), ...lagged(1)]);
  }
  for (const type of ['lstm', 'gru']) {
    assert.deepEqual(names({ type, architecture: three }), [...lagged(2), ...lagged(1), ...lagged(0)]);
    assert.equal(lookbackOf(modelBlockSchema.parse({ type })), 19);
  }
});
