import assert from 'node:assert/strict';
import { test } from 'node:test';
import { watchLeases } from '@stratlab/jobs/lease-watch.ts';

const lease = (beat: number, fence = 1) => ({ id: 'a', fence, beat, owner: 'someone', cancelRequested: false });
const dead = (looks: [now: number, beat: number, fence?: number][]) => {
  const watch = watchLeases(1000);
  return looks.map(([now, beat, fence]) => watch([lease(beat, fence)], now).length === 1);
};

test('a lease is dead once its beat stood still for its whole length', () => {
  assert.deepEqual(
    dead([
      [0, 5],
      [300, 5],
      [600, 5],
      [900, 5],
      [1000, 5],
    ]),
    [false, false, false, false, true],
  );
});

test('a lease whose beat grows lives', () => {
  assert.deepEqual(
    dead([
      [0, 5],
      [300, 5],
      [600, 6],
      [900, 6],
      [1200, 7],
      [1500, 7],
    ]).includes(true),
    false,
  );
});

test('a new holder starts anew', () => {
  assert.deepEqual(
    dead([
      [0, 5],
      [300, 5],
      [600, 5],
      [900, 5, 2],
      [1200, 5, 2],
      [1500, 5, 2],
    ]).includes(true),
    false,
  );
});

test('a pause of the observer, be it an hour, does not kill the leases of others', () => {
  assert.deepEqual(
    dead([
      [0, 5],
      [3_600_000, 5],
      [3_600_300, 6],
    ]),
    [false, false, false],
  );
});

test('a lease that was out of sight is watched from the beginning', () => {
  const watch = watchLeases(1000);
  for (const now of [0, 300, 600, 900]) watch([lease(5)], now);
  watch([], 1000);
  assert.deepEqual(watch([lease(5)], 1100), []);
});
