import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAutoPartition } from '@stratlab/strategies/auto-partition.ts';
import { featuresOf } from '@stratlab/strategies/features.ts';
import { swapIndicator } from '@stratlab/strategies/mutations/swap_indicator.ts';
import { widenSets } from '@stratlab/strategies/mutations/widen_sets.ts';
import {
  documentOf,
  fuzzyRulesText,
  markOf,
  modelText,
  problemsOf,
  strategyOf,
  warningsOf,
  withValue,
} from '../strategy-documents.ts';

const model = documentOf(modelText);

function withZone(auto: unknown, more: object = {}) {
  return withValue(model, 'fuzzy_sets.zone', { indicator: 'rsi_14', auto, ...more });
}

test('a number of sets stands for names from low to high', () => {
  assert.deepEqual(parseAutoPartition(3, ''), ['low', 'middle', 'high']);
  for (const count of [2, 3, 4, 5, 6, 7]) {
    const names = parseAutoPartition(count, '');
    assert.ok(!('problems' in names));
    assert.deepEqual([names.length, new Set(names).size], [count, count]);
    const mirrored = names.map((name) => (name.endsWith('low') ? name.replace('low', 'high') : name));
    assert.deepEqual(
      mirrored.slice(Math.ceil(count / 2)),
      mirrored.slice(0, Math.floor(count / 2)).toReversed(),
      'the names above the middle mirror those below',
    );
  }
});

test('the number and the names it stands for are the same strategy; other names and numbers are not', () => {
  const mark = markOf(withZone(3));
  assert.equal(markOf(withZone(['low', 'middle', 'high'])), mark);
  assert.deepEqual(strategyOf(withZone(3)).document.fuzzy_sets.zone, {
    indicator: 'rsi_14',
    auto: ['low', 'middle', 'high'],
  });
  const { document } = strategyOf(withZone(3));
  assert.equal(markOf({ ...document, parameters: model.parameters ?? {} }), mark, 'the spelled document reads back');
  const others = [markOf(model), ...[4, ['calm', 'usual', 'stormy']].map((auto) => markOf(withZone(auto)))];
  assert.equal(new Set([mark, ...others]).size, 4);
});

test('the number of sets may be a parameter', () => {
  const swept = { ...withZone('$sets'), parameters: { fast: { default: 10 }, sets: { default: 3, min: 2, max: 5 } } };
  assert.equal(markOf(swept), markOf(withZone(3)));
  assert.equal(markOf(swept, { sets: 5 }), markOf(withZone(5)));
});

test('what is no partition is refused where it stands', () => {
  const wrong: [unknown, RegExp][] = [
    [1, /^1 is neither a number of sets nor their names/],
    [8, /^8 is neither/],
    [2.5, /^2\.5 is neither/],
    [null, /^null is neither/],
    ['three', /^"three" is neither/],
    [[0, 20, 35], /named by letters/],
    [['low', '2nd'], /named by letters/],
    [['low'], /^1 sets make no partition/],
    [[], /^0 sets make no partition/],
    [['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'], /^8 sets make no partition/],
    [['low', 'high', 'low'], /^"low" is there twice/],
  ];
  for (const [auto, message] of wrong) {
    const problems = problemsOf(withZone(auto));
    assert.deepEqual(
      problems.map(({ path }) => path),
      ['fuzzy_sets.zone.auto'],
      JSON.stringify(auto),
    );
    assert.match(problems[0].message, message);
    assert.match(problems[0].hint ?? '', /auto: 3/);
  }
});

test('no set is given beside auto, and its indicator must be there', () => {
  const [beside] = problemsOf(withZone(3, { low: [0, 20, 60] }));
  assert.deepEqual([beside.path, /beside auto/.test(beside.message)], ['fuzzy_sets.zone.low', true]);
  const [unknown] = problemsOf(withValue(withZone(3), 'fuzzy_sets.zone.indicator', 'rsi14'));
  assert.equal(unknown.path, 'fuzzy_sets.zone.indicator');
});

test('fuzzy rules, where nothing is trained, cannot use such sets; unused they do no harm', () => {
  const words = documentOf(fuzzyRulesText);
  const problems = problemsOf(withValue(words, 'fuzzy_sets.zone', { indicator: 'rsi_14', auto: ['low', 'high'] }));
  assert.deepEqual(
    problems.map(({ path }) => path),
    ['fuzzy_rules.0.if', 'fuzzy_rules.1.if'],
  );
  assert.match(problems[0].message, /sets of "zone" are auto: fitted in training/);
  assert.deepEqual(problemsOf(withValue(words, 'fuzzy_sets.other', { indicator: 'rsi_14', auto: 2 })), []);
});

test('there is nothing to warn of: a partition leaves no gap', () => {
  assert.deepEqual(warningsOf(withZone(3)), []);
});

test('each set is one feature, whose degrees are to be fitted', () => {
  const strategy = strategyOf(withZone(['calm', 'usual', 'stormy']));
  const features = featuresOf(strategy, 1);
  const fitted = features.filter(({ source }) => source.kind === 'membership');
  assert.deepEqual(
    fitted.slice(0, 6).map(({ name }) => name),
    ['1h_zone_calm', '1h_zone_usual', '1h_zone_stormy', '4h_zone_calm', '4h_zone_usual', '4h_zone_stormy'],
  );
  assert.deepEqual(
    fitted.slice(0, 3).map(({ normalization }) => normalization),
    [0, 1, 2].map((set) => ({ method: 'partition', set, of: 3 })),
  );
});

test('mutations keep to what may move: the indicator is swapped, fitted sets are not widened', () => {
  const document = { indicators: { rsi_14: { type: 'rsi' } }, fuzzy_sets: { zone: { indicator: 'rsi_14', auto: 3 } } };
  assert.equal(
    widenSets.mutate(document, () => 0.5),
    null,
  );
  const swapped = swapIndicator.mutate(document, () => 0.5);
  assert.ok(swapped !== null);
  assert.deepEqual(Object(swapped.document).fuzzy_sets, document.fuzzy_sets);
  assert.notDeepEqual(Object(swapped.document).indicators, document.indicators);
});
