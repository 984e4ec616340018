import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import type { Membership } from '@stratlab/strategies/membership.ts';
import { findMembership, memberships } from '@stratlab/strategies/memberships/index.ts';
import fc from 'fast-check';

const folder = new URL('../../strategies/memberships/', import.meta.url);
const runs = { numRuns: 60, seed: 11 };

test('the list of memberships is the folder of memberships', () => {
  const files = readdirSync(folder).filter((file) => file !== 'index.ts');
  assert.deepEqual(memberships.map(({ type }) => `${type}.ts`).toSorted(), files.toSorted());
});

for (const membership of memberships) {
  const { type } = membership;

  test(`${type} states its title, formula, source and parameters`, () => {
    for (const text of [membership.title, membership.formula, membership.source]) assert.ok(text.length > 5);
    assert.equal(new Set(membership.parameters).size, membership.parameters.length);
    assert.equal(findMembership(type.toUpperCase()), membership);
  });

  test(`${type} gives degrees in [0, 1], one per value`, () => {
    fc.assert(
      fc.property(parametersOf(membership), fc.array(fc.double({ noNaN: true })), (parameters, values) => {
        const degrees = membership.degrees(Float64Array.from(values), parameters);
        assert.equal(degrees.length, values.length);
        assert.ok(degrees.every((degree) => degree >= 0 && degree <= 1));
      }),
      runs,
    );
  });

  test(`${type} keeps NaN, and only NaN, unknown`, () => {
    fc.assert(
      fc.property(parametersOf(membership), (parameters) => {
        const [unknown, ...known] = membership.degrees(
          Float64Array.of(Number.NaN, ...parameters, -1e9, 1e9),
          parameters,
        );
        assert.ok(Number.isNaN(unknown) && !known.some(Number.isNaN));
      }),
      runs,
    );
  });

  test(`${type} is continuous but at a declared shoulder`, () => {
    fc.assert(
      fc.property(parametersOf(membership), (parameters) => {
        for (let x = -10; x < 130; x += 1.7) {
          const at = steepest(membership, parameters, x, x + 1.7);
          const isShoulder = parameters.some((p, i) => p === parameters[i + 1] && Math.abs(p - at.x) < 1e-6);
          assert.ok(at.jump < 1e-4 || isShoulder, `jumps by ${at.jump} at ${at.x} for ${parameters}`);
        }
      }),
      runs,
    );
  });

  test(`${type} is 0.01 or more somewhere, and less everywhere outside its support`, () => {
    fc.assert(
      fc.property(parametersOf(membership), fc.double({ min: 1e-6, max: 1e6, noNaN: true }), (parameters, away) => {
        const [from, to] = membership.support(parameters);
        assert.ok(from < to);
        const outside = [from - away, to + away].filter(Number.isFinite);
        for (const degree of membership.degrees(Float64Array.from(outside), parameters))
          assert.ok(degree < 0.01 + 1e-9);
        const inside = Float64Array.from({ length: 400 }, (_, i) => -20 + i * 0.5);
        assert.ok(membership.degrees(Float64Array.from([...inside, ...parameters]), parameters).some((d) => d >= 0.01));
      }),
      runs,
    );
  });

  test(`every parameter of ${type} has an effect`, () => {
    const grid = Float64Array.from({ length: 241 }, (_, i) => i / 4);
    const base = [10, 20, 30, 40].slice(0, membership.parameters.length);
    assert.equal(membership.fault(base), null);
    membership.parameters.forEach((name, i) => {
      const changed = base.with(i, base[i] + 3);
      assert.equal(membership.fault(changed), null);
      assert.notDeepEqual(membership.degrees(grid, changed), membership.degrees(grid, base), `${name} does nothing`);
    });
  });

  test(`a fault of ${type} names one of its parameters and a value`, () => {
    const anyNumbers = fc.array(fc.integer({ min: -3, max: 3 }), {
      minLength: membership.parameters.length,
      maxLength: membership.parameters.length,
    });
    let faults = 0;
    fc.assert(
      fc.property(anyNumbers, (parameters) => {
        const fault = membership.fault(parameters);
        if (fault === null) return;
        faults++;
        assert.ok(membership.parameters.some((name) => fault.includes(name)) && /-?\d/.test(fault), fault);
      }),
      { numRuns: 200, seed: 11 },
    );
    assert.ok(faults > 0, 'every parameter list is accepted');
  });
}

/** Valid parameters between 0.5 and 100: ascending, at times with two equal neighbours where that is allowed. */
function parametersOf(membership: Membership) {
  const count = membership.parameters.length;
  return fc
    .array(fc.integer({ min: 1, max: 200 }), { minLength: count, maxLength: count })
    .map((numbers) => numbers.map((number) => number / 2).toSorted((a, b) => a - b))
    .filter((parameters) => membership.fault(parameters) === null);
}

/** Bisects towards the larger change until the interval is tiny: what is left of the change is a jump. */
function steepest(membership: Membership, parameters: readonly number[], from: number, to: number) {
  let [low, high] = [from, to];
  let jump = 0;
  while (high - low > 1e-9) {
    const middle = (low + high) / 2;
    const [a, b, c] = membership.degrees(Float64Array.of(low, middle, high), parameters);
    if (Math.abs(b - a) > Math.abs(c - b)) high = middle;
    else low = middle;
    jump = Math.max(Math.abs(b - a), Math.abs(c - b));
  }
  return { x: low, jump };
}
