import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LabError } from '@stratlab/data/error.ts';
import {
  canonicalFuzzyRule,
  checkFuzzyRule,
  firingStrength,
  fuzzySignal,
  parseFuzzyRule,
  readFuzzyRule,
} from '@stratlab/strategies/fuzzy-rule.ts';
import { findMembership } from '@stratlab/strategies/memberships/index.ts';
import fc from 'fast-check';
import { referenceText, withoutReference } from '../reference.ts';

const declared = { rsi_zone: ['oversold', 'neutral', 'overbought'], 'adx-zone': ['weak', 'strong'] };
const memberships: Record<string, number[]> = {
  'rsi_zone is oversold': [0.8, 0, 1, Number.NaN],
  'rsi_zone is overbought': [0.1, 0, 0, 0.5],
  'adx-zone is weak': [0.5, 0, 1, 0.5],
};

function strength(text: string): number[] {
  const degrees = firingStrength(readFuzzyRule(text), (fuzzySet, set) =>
    Float64Array.from(memberships[`${fuzzySet} is ${set}`]),
  );
  return [...degrees].map((degree) => Math.round(degree * 1e12) / 1e12);
}

function problems(text: string): string[] {
  const parsed = parseFuzzyRule(text);
  const found = 'problems' in parsed ? parsed.problems : checkFuzzyRule(parsed.condition, declared);
  return found.map(({ message, hint, column }) => `${column}: ${message}${hint === undefined ? '' : ` ${hint}`}`);
}

test('"and" is the product, "or" the probabilistic sum, "not" the complement, unknown stays unknown', () => {
  assert.deepEqual(strength('rsi_zone is oversold and adx-zone is weak'), [0.4, 0, 1, Number.NaN]);
  assert.deepEqual(strength('rsi_zone is overbought or adx-zone is weak'), [0.55, 0, 1, 0.75]);
  assert.deepEqual(strength('not rsi_zone is overbought'), [0.9, 1, 1, 0.5]);
  assert.deepEqual(strength('rsi_zone is not overbought'), [0.9, 1, 1, 0.5]);
});

test('"not" binds tighter than "and", which binds tighter than "or"', () => {
  const spelled = (text: string) => canonicalFuzzyRule(readFuzzyRule(text));
  assert.equal(spelled('a is b or (c  is d and e is f)'), 'a is b or c is d and e is f');
  assert.equal(spelled('(a is b or c is d) and e is not f'), '(a is b or c is d) and not e is f');
  assert.equal(spelled('not (a is b and c is d)'), 'not (a is b and c is d)');
  assert.equal(spelled('(a is b or c is d) or e is f'), 'a is b or c is d or e is f');
});

test('unknown names are told with their column and the nearest known one', () => {
  assert.deepEqual(problems('rsi_zone is oversold and adx-zone is weak'), []);
  assert.deepEqual(problems('rsizone is oversold'), ['1: "rsizone" is not a fuzzy set. Did you mean "rsi_zone"?']);
  assert.deepEqual(problems('rsi_zone is oversold and adx-zone is week'), [
    '26: "adx-zone" has no set "week". Did you mean "weak"?',
  ]);
  assert.equal(problems('toString is weak and rsi_zone is constructor and __proto__ is x').length, 3);
});

test('words that are no rule are problems with their column', () => {
  const hint = ' Write: rsi_zone is oversold and not adx_zone is strong.';
  assert.deepEqual(problems(''), [`1: Expected the name of a fuzzy set, but the rule ends.${hint}`]);
  assert.deepEqual(problems('rsi_zone = oversold'), [`10: "=" is not part of a fuzzy rule.${hint}`]);
  assert.deepEqual(problems('rsi_zone oversold'), [`10: Expected "is", but "oversold" was found.${hint}`]);
  assert.deepEqual(problems('rsi_zone is oversold adx is weak'), [
    `22: Expected "and" or "or", but "adx" was found.${hint}`,
  ]);
  assert.deepEqual(problems('(rsi_zone is oversold'), [`22: Expected ")", but the rule ends.${hint}`]);
  for (const text of [
    'rsi_zone is',
    'is',
    'a is b and',
    'a is b\u00a0',
    '()',
    'a is (b)',
    `${'('.repeat(100_000)}`,
    `${'('.repeat(65)}`,
    `${'not '.repeat(900)}a is b`,
    'a is b or '.repeat(300),
  ]) {
    assert.equal(problems(text).length, 1, text.slice(0, 30));
  }
  assert.throws(() => readFuzzyRule('a'), LabError);
});

test('no words crash the parser', () => {
  const words = fc.constantFrom(
    'is',
    'and',
    'or',
    'not',
    '(',
    ')',
    'a',
    'rsi_zone',
    '1',
    '-',
    '\u{1f600}',
    '__proto__',
  );
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(words, { maxLength: 20 }).map((parts) => parts.join(' ')),
  );
  fc.assert(
    fc.property(texts, (text) => {
      const parsed = parseFuzzyRule(text);
      if ('problems' in parsed) return;
      const spelled = canonicalFuzzyRule(parsed.condition);
      assert.equal(canonicalFuzzyRule(readFuzzyRule(spelled)), spelled);
    }),
    { numRuns: 1000 },
  );
});

test('the signal is the weighted mean of the outputs, 0 where nothing fires, unknown in a warm-up', () => {
  const rules = [
    { strength: Float64Array.of(1, 0.5, 0, Number.NaN), then: 1, weight: 1 },
    { strength: Float64Array.of(0, 0.5, 0, 0.5), then: -1, weight: 0.5 },
  ];
  assert.deepEqual([...fuzzySignal(rules, 4)], [1, 1 / 3, 0, Number.NaN]);
  assert.deepEqual([...fuzzySignal([], 2)], [0, 0]);
});

test('the signal lies between the extremes of the outputs', () => {
  const rule = fc.record({
    strength: fc.double({ min: 0, max: 1, noNaN: true }).map((degree) => Float64Array.of(degree)),
    then: fc.double({ min: -1, max: 1, noNaN: true }),
    weight: fc.double({ min: 0, max: 10, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.array(rule, { minLength: 1, maxLength: 6 }), (rules) => {
      const [signal] = fuzzySignal(rules, 1);
      assert.ok(signal >= -1 && signal <= 1);
    }),
  );
});

interface Reference {
  mf: [string, number[]][][];
  rules: { antecedent: number[] }[];
  cases: { x: number[]; tnorm: string; w: number[]; f: number[]; y: number }[];
}

test('strengths and output equal the Takagi-Sugeno reference', { skip: withoutReference }, () => {
  const reference: Reference = JSON.parse(referenceText('reference/fuzzy_vectors.json')).takagi_sugeno;
  const types: Record<string, string> = { gbell: 'bell', gauss: 'gaussian' };
  for (const { x, w, f, y } of reference.cases.filter(({ tnorm }) => tnorm === 'prod')) {
    const degree = (input: string, set: string) => {
      const [type, parameters] = reference.mf[Number(input.slice(1))][Number(set.slice(1))];
      const membership = findMembership(types[type]);
      assert.ok(membership);
      return membership.degrees(Float64Array.of(x[Number(input.slice(1))]), parameters);
    };
    const rules = reference.rules.map(({ antecedent: [first, second] }, k) => ({
      strength: firingStrength(readFuzzyRule(`x0 is m${first} and x1 is m${second}`), degree),
      then: f[k],
      weight: 1,
    }));
    rules.forEach(({ strength }, k) => {
      assert.ok(Math.abs(strength[0] - w[k]) <= 1e-12);
    });
    assert.ok(Math.abs(fuzzySignal(rules, 1)[0] - y) <= 1e-12);
  }
});
