import assert from 'node:assert/strict';
import { test } from 'node:test';
import { featuresOf } from '@stratlab/strategies/features.ts';
import { isMapping, type Mapping } from '@stratlab/strategies/mapping.ts';
import { formatYaml, parseYaml } from '@stratlab/strategies/yaml.ts';
import {
  documentOf,
  fuzzyRulesText,
  markOf,
  modelText,
  rulesText,
  strategyOf,
  withValue,
} from '../strategy-documents.ts';

const model = documentOf(modelText);
const rules = documentOf(rulesText);

function shuffled(value: unknown, order: (keys: string[]) => string[]): unknown {
  if (Array.isArray(value)) return value.map((item) => shuffled(item, order));
  if (!isMapping(value)) return value;
  return Object.fromEntries(order(Object.keys(value)).map((key) => [key, shuffled(value[key], order)]));
}

test('words, comments and the ranges of parameters do not count', () => {
  const mark = markOf(model);
  assert.match(mark, /^[0-9a-f]{64}$/);
  for (const [path, value] of [
    ['name', 'another'],
    ['description', 'other words'],
    ['hypothesis', ''],
    ['parameters.fast', { default: 10 }],
  ] as const) {
    assert.equal(markOf(withValue(model, path, value)), mark, path);
  }
  assert.equal(markOf(`# a comment\n${modelText.replace('epochs: 20', 'epochs: 20.0   # enough')}`), mark);
});

test('the order of keys does not count, that of inputs does', () => {
  const backwards = (keys: string[]) => keys.reverse();
  for (const block of Object.keys(model)) {
    const changed = block === 'nn_inputs' ? model : { ...model, [block]: shuffled(model[block], backwards) };
    assert.equal(markOf(changed), markOf(model), block);
    assert.deepEqual(featuresOf(strategyOf(changed), 1), featuresOf(strategyOf(model), 1), block);
  }
  assert.equal(markOf(Object.fromEntries(Object.entries(model).reverse())), markOf(model));
  const inputs = Array.isArray(model.nn_inputs) ? model.nn_inputs.toReversed() : [];
  assert.notEqual(markOf({ ...model, nn_inputs: inputs }), markOf(model));
});

test('a default written out is the same as one left out, block by block', () => {
  for (const document of [model, rules, documentOf(fuzzyRulesText)]) {
    const { document: full } = strategyOf(document);
    const written: Mapping = { ...full, parameters: document.parameters ?? {} };
    assert.equal(markOf(written), markOf(document));
    assert.equal(markOf(parseYaml(formatYaml(written))), markOf(document));
  }
});

test('a document reads back from the YAML written of it', () => {
  for (const document of [model, rules]) assert.equal(markOf(parseYaml(formatYaml(document))), markOf(document));
});

test('shorthands are what they stand for', () => {
  const same: [string, unknown][] = [
    ['fuzzy_sets.zone.low', { type: 'triangular', parameters: [0, 20, 60] }],
    ['fuzzy_sets.zone.high', [40, 80, 100, 100]],
    ['indicators.rsi_14', { type: 'RSI' }],
    ['indicators.quick.period', 10],
    ['indicators.gap.formula', '((open-lag(close,1)))/(atr(10))'],
    ['decisions.filters.when', 'volatility( 10 )<0.30'],
    ['execution.stop_loss.price', '(entry_price) - (2 * atr(14))'],
    ['training_data.symbols', { mode: 'multi_symbol', list: ['eurusd'] }],
    ['nn_inputs.0', { fuzzy_set: 'zone', timeframes: ['1h', '4h'] }],
    ['training.loss', 'cross_entropy'],
  ];
  for (const [path, value] of same) assert.equal(markOf(withValue(model, path, value)), markOf(model), path);
});

test('a chosen value of a parameter counts like the literal', () => {
  const literal = parseYaml(rulesText.replaceAll('$fast', '20').replace(/parameters.*\n/, ''));
  assert.equal(markOf(rules, { fast: 20 }), markOf(literal));
  assert.notEqual(markOf(rules), markOf(literal));
  const signed = { ...rules, parameters: { fast: { default: -0.5 } }, rules: { enter_long: 'diff(close, 1) > $fast' } };
  const plain = { ...rules, parameters: {}, rules: { enter_long: 'diff(close, 1) > -0.5' } };
  assert.equal(markOf(signed), markOf(plain));
});

test('formulas of rules and words of fuzzy rules have one spelling', () => {
  const spelled = rulesText.replace(
    'crosses_above(sma($fast), sma(50))',
    'crosses_above( sma(close, $fast),(sma(50)) )',
  );
  assert.equal(markOf(spelled), markOf(rules));
  const words = fuzzyRulesText.replace('zone is high and not zone is low', '(zone is high) and zone is not low');
  assert.equal(markOf(words), markOf(fuzzyRulesText));
});

test('every value that decides changes it', () => {
  const changes: [string, unknown][] = [
    ['training_data.symbols.symbol', 'GBPUSD'],
    ['training_data.timeframes.list', ['1h', '4h', '1d']],
    ['training_data.date_range.end', '2016-12-30'],
    ['training_data.history_required', 201],
    ['indicators.rsi_14.period', 15],
    ['indicators.rsi_14.source', 'open'],
    ['indicators.rsi_14.data_source', 'GBPUSD'],
    ['indicators.gap.formula', '(open - lag(close, 2)) / atr($fast)'],
    ['fuzzy_sets.zone.low', [0, 20, 61]],
    ['fuzzy_sets.zone.indicator', 'adx_14.plus_di'],
    ['nn_inputs.0.timeframes', ['1h']],
    ['nn_inputs.1.normalization', 'rank'],
    ['parameters.fast.default', 11],
    ['model.architecture.hidden_layers', [20, 11]],
    ['model.architecture.activation', 'tanh'],
    ['model.architecture.dropout', 0.1],
    ['model.features', { lookback_periods: 1 }],
    ['training.labels.max_holding_bars', 11],
    ['training.labels', { source: 'next_direction' }],
    ['training.epochs', 21],
    ['training.batch_size', 64],
    ['training.learning_rate', 0.002],
    ['training.optimizer', 'sgd'],
    ['training.early_stopping', null],
    ['training.gradient_clip', null],
    ['training.lr_scheduler', {}],
    ['training.validation', { train: 0.6 }],
    ['training.seed', 8],
    ['decisions.confidence_threshold', 0.3],
    ['decisions.position_awareness', false],
    ['decisions.direction', 'long'],
    ['decisions.filters.when', 'volatility($fast) < 0.31'],
    ['decisions.filters.min_signal_separation', 4],
    ['execution.fill', 'next_close'],
    ['execution.costs', 'none'],
    ['execution.commission', { percent: 0.001 }],
    ['execution.stop_loss.price', 'entry_price - 3 * atr(14)'],
    ['execution.take_profit', [{ atr: 2 }]],
    ['execution.max_holding_bars', 4],
    ['execution.sizing', { method: 'units', value: 1 }],
    ['execution.financing', { short_borrow_annual: 0.01 }],
    ['execution.at_end', 'mark'],
  ];
  const marks = changes.map(([path, value]) => markOf(withValue(model, path, value)));
  const all = [markOf(model), ...marks];
  assert.equal(new Set(all).size, all.length);
});
