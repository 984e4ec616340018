import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findMembership } from '@stratlab/strategies/memberships/index.ts';
import { referenceText, withoutReference } from '../reference.ts';

interface Vector {
  mf: string;
  params: number[];
  x: number[];
  y: number[];
}

/** Names of the reference file; `gauss2` is no type of the grammar. */
const types: Record<string, string> = {
  tri: 'triangular',
  trap: 'trapezoidal',
  gauss: 'gaussian',
  gbell: 'bell',
  sigmoid: 'sigmoid',
  s: 's_shaped',
  z: 'z_shaped',
  pi: 'pi_shaped',
};

test('every membership agrees with scikit-fuzzy to the 14 digits of the vectors', { skip: withoutReference }, () => {
  const { membership: vectors }: { membership: Vector[] } = JSON.parse(referenceText('reference/fuzzy_vectors.json'));
  const seen = new Set<string>();
  for (const { mf, params, x, y } of vectors.filter((vector) => vector.mf in types)) {
    seen.add(mf);
    const membership = findMembership(types[mf]);
    assert.equal(membership?.fault(params), null);
    membership?.degrees(Float64Array.from(x), params).forEach((degree, i) => {
      assert.ok(Math.abs(degree - y[i]) < 1e-12, `${mf} ${params} at ${x[i]}: ${degree}, expected ${y[i]}`);
    });
  }
  assert.deepEqual([...seen].toSorted(), Object.keys(types).toSorted());
});
