import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseMembership } from '@stratlab/strategies/memberships/index.ts';

const path = 'fuzzy_sets.zone.low';

function parsed(value: unknown) {
  const result = parseMembership(value, path);
  return 'problems' in result ? result.problems[0] : [result.membership.type, ...result.parameters];
}

function problem(value: unknown) {
  const result = parseMembership(value, path);
  assert.ok('problems' in result, `${JSON.stringify(value)} was accepted`);
  assert.equal(result.problems.length, 1);
  assert.ok(result.problems[0].hint);
  return result.problems[0];
}

test('three bare numbers are triangular and four trapezoidal', () => {
  assert.deepEqual(parsed([0, 20, 35]), ['triangular', 0, 20, 35]);
  assert.deepEqual(parsed([0, 20, 35, 50]), ['trapezoidal', 0, 20, 35, 50]);
});

test('a mapping names its type in any case', () => {
  assert.deepEqual(parsed({ type: 'Gaussian', parameters: [50, 12] }), ['gaussian', 50, 12]);
  assert.deepEqual(parsed({ type: 'PI_SHAPED', parameters: [1, 2, 3, 4] }), ['pi_shaped', 1, 2, 3, 4]);
});

test('an unknown type names the nearest known one', () => {
  const { path: where, message, hint } = problem({ type: 'trapezoid', parameters: [0, 1, 2, 3] });
  assert.equal(where, `${path}.type`);
  assert.match(message, /"trapezoid" is not a membership function/);
  assert.equal(hint, 'Did you mean "trapezoidal"?');
});

test('numbers in the wrong order are named with what was expected', () => {
  assert.match(problem([30, 20, 40]).message, /triangular: a <= b <= c is broken: a = 30, b = 20, c = 40/);
  assert.match(problem({ type: 'gaussian', parameters: [50, 0] }).message, /sigma must be above 0, not 0/);
});

test('a wrong count, a text, a NaN and an infinite number are refused', () => {
  assert.match(problem([1, 2]).message, /2 numbers are no membership function/);
  assert.match(
    problem({ type: 'bell', parameters: [1, 2] }).message,
    /bell \[width, slope, centre\] takes 3 numbers, not 2/,
  );
  for (const bad of ['20', Number.NaN, Number.POSITIVE_INFINITY, null]) {
    assert.match(problem([0, bad, 40]).message, /takes finite numbers/);
  }
});

test('anything that is no membership function is one problem at its path', () => {
  for (const value of [null, 7, 'low', {}, { type: 'gaussian' }, { type: 3, parameters: [] }]) problem(value);
  assert.equal(problem({ type: 'gaussian', parameters: [1, 2], mean: 3 }).path, `${path}.mean`);
});
