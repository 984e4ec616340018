import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LabError } from '@stratlab/data/error.ts';
import { checkMapping, formatYaml, parseYaml, withEntries } from '@stratlab/strategies/yaml.ts';

function refusal(body: () => unknown): LabError {
  try {
    body();
  } catch (error) {
    if (error instanceof LabError) return error;
    throw error;
  }
  throw new Error('It was not refused.');
}

test('YAML and JSON are read as plain data', () => {
  const expected = { name: 'a', list: [1, 2.5], nested: { yes: true, none: null } };
  assert.deepEqual(parseYaml('name: a # a comment\nlist: [1, 2.5]\nnested: {yes: true, none: null}'), expected);
  assert.deepEqual(parseYaml(JSON.stringify(expected)), expected);
});

test('what a strategy needs none of is refused with its line', () => {
  const cases: [string, RegExp][] = [
    ['a: 1\nb: &x [1]', /Line 2 has an anchor/],
    ['a: 1\nb: *x', /Line 2 has an alias/],
    ['a: !!js/function "x"', /Line 1 has a tag/],
    ['? [a, b]\n: 1', /Line 1 has a "\?" key/],
    ['a:\n\tb: 1', /Tabs are not allowed.*line 2/],
    ['a: 1\na: 2', /Map keys must be unique at line 2/],
    ['a: [1, 2', /line 1/],
    ['a: 1\n---\nb: 2', /multiple documents/],
    ['a: {__proto__: {x: 1}}', /"__proto__" is not a key/],
    ['- a\n- b', /a mapping of keys/],
    ['', /a mapping of keys/],
    ['just words', /a mapping of keys/],
  ];
  for (const [text, message] of cases) {
    const error = refusal(() => parseYaml(text));
    assert.equal(error.code, 'invalid_strategy', text);
    assert.match(error.message, message);
  }
});

test('texts made to exhaust the reader are refused before they are parsed', () => {
  const bombs = [
    'a: '.padEnd(70_000, 'x'),
    '['.repeat(30_000),
    '[ "]", '.repeat(8_000),
    '- '.repeat(30_000),
    `a: ${'{b: '.repeat(5_000)}`,
    `# ${']'.repeat(20_000)}\na: ${'['.repeat(20_000)}`,
  ];
  for (const text of bombs) assert.equal(refusal(() => parseYaml(text)).code, 'limit_exceeded');
  assert.equal(refusal(() => parseYaml('? '.repeat(30_000))).code, 'invalid_strategy');
  assert.throws(() => parseYaml(Array.from({ length: 300 }, (_, k) => `${' '.repeat(k)}a:`).join('\n')), LabError);
});

test('data that came as JSON is held to the same limits', () => {
  assert.equal(refusal(() => checkMapping({ a: 'x'.repeat(10_000_000) })).code, 'limit_exceeded');
  assert.equal(refusal(() => checkMapping(JSON.parse('{"a": {"__proto__": 1}}'))).code, 'invalid_strategy');
  const deep = Array.from({ length: 60 }).reduce<unknown>((inner) => ({ inner }), 1);
  assert.equal(refusal(() => checkMapping(deep)).code, 'limit_exceeded');
  assert.equal(refusal(() => checkMapping([1])).code, 'invalid_strategy');
});

test('what is written reads back as it was, also where one value stands twice', () => {
  const set = [0, 20, 35];
  const value = {
    a: set,
    b: set,
    text: '30',
    when: 'hour > 9 and "x" == 1',
    date: '2010-01-01',
    long: 'word '.repeat(80),
  };
  assert.deepEqual(parseYaml(formatYaml(value)), value);
});

test('setting an entry keeps the comments and everything else', () => {
  const text = '# mine\nname: a # here\nrules: {enter_long: close > 1} # why\n';
  assert.equal(withEntries(text, { name: 'a' }), text);
  const changed = withEntries(text, { name: 'b', description: 'new' });
  assert.match(changed, /# mine\nname: b # here\nrules: \{enter_long: close > 1\} # why\ndescription: new/);
});
