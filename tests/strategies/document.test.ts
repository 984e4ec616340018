import assert from 'node:assert/strict';
import { test } from 'node:test';
import { baseTimeframe, documentSymbols, documentTimeframes } from '@stratlab/strategies/document.ts';
import { documentOf, modelText, problemsOf, rulesText, strategyOf, withValue } from '../strategy-documents.ts';

test('the least document is filled with every default', () => {
  const { document, decider } = strategyOf('version: "4"\nrules: {enter_long: close > open}');
  assert.equal(decider, 'rules');
  assert.equal(document.name, 'unnamed');
  assert.deepEqual(documentSymbols(document), []);
  assert.equal(baseTimeframe(document), '1d');
  assert.deepEqual(document.rules, {
    enter_long: 'close > open',
    exit_long: null,
    enter_short: null,
    exit_short: null,
  });
  assert.equal(document.execution.fill, 'next_open');
  assert.deepEqual(document.execution.sizing, { method: 'percent_of_equity', value: 0.95 });
  assert.equal(document.model, null);
});

test('symbols and timeframes are named in the order of the document', () => {
  const { document } = strategyOf(modelText);
  assert.deepEqual(documentTimeframes(document), ['1h', '4h']);
  const many = withValue(documentOf(modelText), 'training_data.symbols', {
    mode: 'multi_symbol',
    list: ['gbpusd', 'EURUSD'],
  });
  assert.deepEqual(documentSymbols(strategyOf(many).document), ['GBPUSD', 'EURUSD']);
});

test('the version may be written as a number, and only 4 is known', () => {
  for (const version of [4, '4', '4.0', undefined]) {
    assert.deepEqual(problemsOf(withValue(documentOf(rulesText), 'version', version)), []);
  }
  const [problem] = problemsOf(withValue(documentOf(rulesText), 'version', '5'));
  assert.equal(problem.path, 'version');
});

test('start_date and end_date are other spellings of start and end', () => {
  const range = { start_date: '2010-01-01', end_date: '2012-01-01' };
  const { document } = strategyOf(withValue(documentOf(modelText), 'training_data.date_range', range));
  assert.deepEqual(document.training_data.date_range, { start: '2010-01-01', end: '2012-01-01' });
});

test('what cannot be meant is refused where it stands', () => {
  const cases: [string, unknown, string][] = [
    ['name', 'Bad-Name', 'name'],
    ['name', '../../etc/passwd', 'name'],
    ['training_data.symbols', { mode: 'single', symbol: '../x' }, 'training_data.symbols.symbol'],
    ['training_data.symbols', { mode: 'several', list: ['A'] }, 'training_data.symbols.mode'],
    ['training_data.symbols', { mode: 'multi_symbol', list: ['A', 'a'] }, 'training_data.symbols.list'],
    ['training_data.timeframes', { mode: 'single', timeframe: '2h' }, 'training_data.timeframes.timeframe'],
    [
      'training_data.timeframes',
      { mode: 'multi_timeframe', list: ['1h'], base_timeframe: '4h' },
      'training_data.timeframes.base_timeframe',
    ],
    ['training_data.date_range', { start: '2010-02-30' }, 'training_data.date_range.start'],
    ['training_data.date_range', { start: '2012-01-01', end: '2010-01-01' }, 'training_data.date_range'],
    ['training_data.history_required', -1, 'training_data.history_required'],
    ['parameters.fast', { default: 60, min: 2, max: 50 }, 'parameters.fast'],
    ['decisions.confidence_threshold', 2, 'decisions.confidence_threshold'],
    ['nn_inputs', [{ fuzzy_set: 'zone', normalization: 'zscore' }], 'nn_inputs.0'],
    ['nn_inputs', [{ fuzzy_set: 'zone', raw_indicator: 'rsi_14' }], 'nn_inputs.0'],
  ];
  for (const [path, value, at] of cases) {
    const paths = problemsOf(withValue(documentOf(modelText), path, value)).map((problem) => problem.path);
    assert.ok(paths.includes(at), `${path} = ${JSON.stringify(value)}: ${paths.join(', ')}`);
  }
});

test('a series beside the traded one is a symbol and a timeframe; providers are refused with what to do instead', () => {
  const problems = (context_data: unknown) => problemsOf({ ...documentOf(modelText), context_data });
  const told = (context_data: unknown) => problems(context_data).map(({ path, message }) => `${path}: ${message}`);
  for (const empty of [[], null]) assert.deepEqual(told(empty), []);
  assert.deepEqual(told([{ symbol: 'SPX', timeframe: '1d' }]), []);
  assert.match(
    told([{ provider: 'fred', series: 'DGS10' }])[0],
    /^context_data.0.*No provider of series is built. Import/,
  );
  assert.deepEqual(problems([{ symbol: 'SPX', timeframe: '15m' }]), [
    {
      path: 'context_data.0.timeframe',
      message: '15m is finer than 1h, on which is decided.',
      hint: 'Write 1h, or a coarser one.',
    },
  ]);
  const spx = { symbol: 'SPX', timeframe: '1d' };
  assert.match(told([spx, { ...spx, timeframe: '1w' }])[0], /^context_data: A symbol is listed twice/);
});
