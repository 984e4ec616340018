import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Mapping } from '@stratlab/strategies/mapping.ts';
import fc from 'fast-check';
import {
  documentOf,
  fuzzyRulesText,
  modelText,
  problemsOf,
  rulesText,
  strategyOf,
  warningsOf,
  withValue,
} from '../strategy-documents.ts';

const model = documentOf(modelText);
const rules = documentOf(rulesText);

function changed(document: Mapping, changes: Record<string, unknown>): Mapping {
  return Object.entries(changes).reduce((value, [path, part]) => withValue(value, path, part), document);
}

function hints(document: Mapping, path: string): string[] {
  return problemsOf(document)
    .filter((problem) => problem.path === path)
    .map(({ message, hint }) => `${message} ${hint ?? ''}`);
}

test('the three kinds of strategy are read', () => {
  assert.equal(strategyOf(modelText).decider, 'model');
  assert.equal(strategyOf(rulesText).decider, 'rules');
  assert.equal(strategyOf(fuzzyRulesText).decider, 'fuzzy_rules');
  assert.deepEqual([...strategyOf(rulesText).formulas.keys()], ['rules.enter_long', 'rules.exit_long']);
});

test('a mistyped name is answered with the nearest known one', () => {
  const wrong: [string, unknown, string, string][] = [
    [
      'fuzzy_sets.zone.indicator',
      'rsi14',
      'fuzzy_sets.zone.indicator',
      '"rsi14" is not an indicator id. Did you mean "rsi_14"?',
    ],
    [
      'fuzzy_sets.zone.indicator',
      'adx_14',
      'fuzzy_sets.zone.indicator',
      '"adx_14" has several outputs. Name one of them: adx_14.adx, adx_14.plus_di, adx_14.minus_di, adx_14.dx.',
    ],
    ['nn_inputs.0.fuzzy_set', 'zones', 'nn_inputs.0.fuzzy_set', '"zones" is not a fuzzy set. Did you mean "zone"?'],
    [
      'nn_inputs.1.raw_indicator',
      'adx_14.adz',
      'nn_inputs.1.raw_indicator',
      '"adx_14.adz" is not an indicator id. Did you mean "adx_14.adx"?',
    ],
    [
      'nn_inputs.1.timeframes',
      ['1d'],
      'nn_inputs.1.timeframes',
      "1d is not among the strategy's timeframes. Listed: 1h, 4h.",
    ],
    ['indicators.rsi_14.type', 'rsj', 'indicators.rsi_14.type', '"rsj" is not an indicator type. Did you mean "rsi"?'],
    [
      'indicators.quick.source',
      'rsi_41',
      'indicators.quick.source',
      '"rsi_41" is not an indicator id. Did you mean "rsi_14"?',
    ],
    [
      'indicators.quick.period',
      '$fas',
      'indicators.quick.period',
      '"$fas" is not a declared parameter. Did you mean "$fast"?',
    ],
    [
      'model.type',
      'lstn',
      'model.type',
      '"lstn" is not a network of this version. Built: mlp, logistic, lstm, gru, anfis, gradient_boosting. ',
    ],
    ['training.optimizer', 'adm', 'training.optimizer', '"adm" is not one of adam, adamw, sgd. Did you mean "adam"?'],
    ['training.epoch', 3, 'training.epoch', '"epoch" is not a known key here. Did you mean "epochs"?'],
    ['hypotesis', 'x', 'hypotesis', '"hypotesis" is not a known key here. Did you mean "hypothesis"?'],
    [
      'decisions.filters.when',
      'rsi_15 > 3',
      'decisions.filters.when',
      'Column 1: "rsi_15" is not known. Did you mean "rsi_14"?',
    ],
    [
      'execution.stop_loss.price',
      'entry_prise',
      'execution.stop_loss.price',
      'Column 1: "entry_prise" is not known. Did you mean "entry_price"?',
    ],
  ];
  for (const [path, value, at, text] of wrong) assert.deepEqual(hints(withValue(model, path, value), at), [text]);
});

test('every problem is reported at once, wherever it stands, and none that only follows from another', () => {
  const document = changed(model, {
    hypotesis: 'x',
    'indicators.1bad': { type: 'rsi' },
    'indicators.rsi_14.perod': 14,
    'fuzzy_sets.zone.low': [0, 20],
    'nn_inputs.0.fuzzy_set': 'zones',
    'nn_inputs.1.normalization': 'zscor',
    'training.epochs': 0,
    'decisions.confidence_threshold': 'high',
    'execution.fill': 'now',
    context_data: [{ symbol: 'GBPUSD' }],
  });
  assert.deepEqual(
    problemsOf(document)
      .map(({ path }) => path)
      .sort(),
    [
      'context_data.0.timeframe',
      'decisions.confidence_threshold',
      'execution.fill',
      'fuzzy_sets.zone.low',
      'hypotesis',
      'indicators.1bad',
      'indicators.rsi_14.perod',
      'nn_inputs.0.fuzzy_set',
      'nn_inputs.1.normalization',
      'training.epochs',
    ],
  );
});

test('a strategy has exactly one decider', () => {
  const { rules: _, ...none } = rules;
  assert.match(problemsOf(none)[0].message, /has none/);
  const both = { ...model, rules: rules.rules };
  assert.match(problemsOf(both)[0].message, /exactly one of model, rules, fuzzy_rules; this one has model and rules/);
  assert.deepEqual(problemsOf({ ...rules, model: null, fuzzy_rules: null }), []);
});

test('a model needs inputs and a training block; its output format must be that of its labels', () => {
  assert.ok(problemsOf({ ...model, nn_inputs: [] }).some(({ path }) => path === 'nn_inputs'));
  assert.ok(problemsOf({ ...model, training: null }).some(({ path }) => path === 'training'));
  assert.deepEqual(
    hints(withValue(model, 'decisions.output_format', 'regression'), 'decisions.output_format').length,
    1,
  );
  const numbers = changed(model, { 'training.labels': { source: 'forward_return', horizon: 5 } });
  assert.deepEqual(problemsOf(numbers), []);
  assert.deepEqual(problemsOf(withValue(numbers, 'decisions.output_format', 'regression')), []);
  assert.equal(hints(withValue(numbers, 'training.loss', 'cross_entropy'), 'training.loss').length, 1);
});

test('rules must be true or false, enter somewhere, and read the position only to leave it', () => {
  assert.equal(hints(withValue(rules, 'rules.enter_long', 'sma(20)'), 'rules.enter_long').length, 1);
  assert.equal(hints(withValue(rules, 'rules.enter_long', 'bars_held > 3'), 'rules.enter_long').length, 1);
  assert.equal(hints(withValue(rules, 'rules.enter_long', null), 'rules').length, 1);
  assert.equal(hints(withValue(rules, 'rules.enter_long', 'signal > 0'), 'rules.enter_long').length, 1);
  assert.deepEqual(problemsOf(withValue(rules, 'rules.exit_long', 'bars_held > 3')), []);
  assert.equal(hints(withValue(rules, 'rules.enter_long', true), 'rules.enter_long').length, 1);
});

test('an indicator may be computed from another, a formula too, but never from itself', () => {
  const chain = { ...model, indicators: { ...Object(model.indicators), smooth: { type: 'sma', source: 'gap' } } };
  assert.deepEqual(problemsOf(chain), []);
  const circle = changed(model, {
    'indicators.a': { type: 'sma', source: 'b' },
    'indicators.b': { type: 'formula', formula: 'a + c' },
    'indicators.c': { type: 'ema', source: 'a' },
    'indicators.own': { type: 'formula', formula: 'own * 2' },
    'indicators.higher': { type: 'formula', formula: 'tf("4h", higher)' },
  });
  assert.deepEqual(
    problemsOf(circle).map(({ message }) => message),
    [
      'An indicator is computed from itself: b from a from b.',
      'An indicator is computed from itself: own from own.',
      'An indicator is computed from itself: higher from higher.',
    ],
  );
});

test('an id that means something in formulas is refused', () => {
  for (const id of ['close', 'signal', 'hour', 'position', 'and']) {
    assert.equal(hints(withValue(model, `indicators.${id}`, { type: 'rsi' }), `indicators.${id}`).length, 1, id);
  }
});

test('an indicator of another symbol is read from that symbol throughout', () => {
  const other = changed(model, {
    'indicators.gbp': { type: 'rsi', data_source: 'gbpusd' },
    'indicators.gbp_smooth': { type: 'sma', source: 'gbp', data_source: 'GBPUSD' },
    'indicators.aligned': { type: 'sma', source: 'gbp' },
  });
  assert.deepEqual(problemsOf(other), []);
  assert.equal(strategyOf(other).indicators.gbp.dataSource, 'GBPUSD');
  const mixed = withValue(model, 'indicators.gbp', { type: 'sma', source: 'rsi_14', data_source: 'GBPUSD' });
  assert.match(hints(mixed, 'indicators.gbp.source')[0], /not computed from GBPUSD/);
  assert.equal(
    hints(withValue(model, 'indicators.gbp', { type: 'rsi', data_source: '../x' }), 'indicators.gbp.data_source')
      .length,
    1,
  );
});

test('parameters stand for numbers anywhere, take given values within their range, and warn where nothing uses them', () => {
  assert.equal(strategyOf(modelText).indicators.quick.parameters.period, 10);
  assert.equal(strategyOf(modelText, { fast: 20 }).indicators.quick.parameters.period, 20);
  assert.throws(() => strategyOf(modelText, { fast: 51 }), /51 lies outside 2 to 50/);
  assert.throws(() => strategyOf(modelText, { slow: 5 }), /not a parameter/);
  const unused = { ...rules, parameters: { ...Object(rules.parameters), idle: { default: 1 } } };
  assert.deepEqual(
    warningsOf(unused).map(({ path }) => path),
    ['parameters.idle'],
  );
});

test('sets that leave a gap, leave the range of their indicator, or repeat each other are warned of', () => {
  const gap = withValue(model, 'fuzzy_sets.zone', { indicator: 'rsi_14', low: [0, 20, 35], high: [65, 80, 100] });
  assert.match(warningsOf(gap)[0].message, /between 35 and 65/);
  const short = withValue(model, 'fuzzy_sets.zone', { indicator: 'rsi_14', low: [10, 20, 60], high: [40, 60, 70] });
  assert.deepEqual(
    warningsOf(short).map(({ message }) => message.match(/\d+ and \d+/)?.[0]),
    ['0 and 10', '70 and 100'],
  );
  const twin = { indicator: 'rsi_14', low: [0, 20, 100], same: { type: 'trapezoidal', parameters: [0, 20, 20, 100] } };
  assert.match(warningsOf(withValue(model, 'fuzzy_sets.zone', twin))[0].message, /"same" overlaps "low" completely/);
  const unbounded = { indicator: 'gap', low: [-1, 0, 1], wide: { type: 'gaussian', parameters: [0.5, 1] } };
  assert.deepEqual(warningsOf(withValue(model, 'fuzzy_sets.zone', unbounded)), []);
});

test('what has no effect without a model is warned of', () => {
  const idle = { ...rules, training: { epochs: 3 }, indicators: model.indicators, fuzzy_sets: model.fuzzy_sets };
  assert.deepEqual(
    warningsOf(idle).map(({ path }) => path),
    ['training'],
  );
});

test('an input listed twice is refused', () => {
  const twice = withValue(model, 'nn_inputs', [{ fuzzy_set: 'zone' }, { fuzzy_set: 'zone', timeframes: ['4h'] }]);
  assert.deepEqual(
    problemsOf(twice).map(({ path }) => path),
    ['nn_inputs.1'],
  );
});

test('no document crashes the reader', () => {
  const paths = [
    'indicators',
    'fuzzy_sets',
    'fuzzy_sets.zone',
    'fuzzy_sets.zone.low',
    'nn_inputs',
    'model',
    'training',
    'training.labels',
    'rules',
    'fuzzy_rules',
    'decisions',
    'decisions.filters',
    'execution',
    'execution.take_profit',
    'parameters',
    'parameters.fast',
    'training_data',
    'training_data.timeframes',
    'indicators.rsi_14',
    'version',
    'name',
  ];
  fc.assert(
    fc.property(fc.constantFrom(...paths), fc.jsonValue(), fc.constantFrom('3.0', '4'), (path, value, version) => {
      const document = { ...withValue(model, path, value), ...(path === 'version' ? {} : { version }) };
      const problems = problemsOf(document);
      for (const problem of problems) assert.ok(problem.message.length > 0);
    }),
    { numRuns: 400 },
  );
});
