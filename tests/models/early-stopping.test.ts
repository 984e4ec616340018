import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EarlyStopping } from '@stratlab/models/early-stopping.ts';

/** After each loss: the best epoch so far, and whether training stops. */
function follow(rule: { patience: number; minDelta: number } | null, losses: (number | null)[]): [number, boolean][] {
  const stopping = new EarlyStopping(rule, []);
  return losses.map((loss, i) => {
    const isBest = stopping.record(i + 1, loss);
    assert.equal(isBest, stopping.bestEpoch === i + 1);
    return [stopping.bestEpoch, stopping.stop];
  });
}

test('training stops after as many epochs without a lower loss as patience allows', () => {
  const expected = [1, 2, 2, 4, 4, 4].map((best, i): [number, boolean] => [best, i === 5]);
  assert.deepEqual(follow({ patience: 2, minDelta: 0 }, [9, 7, 7, 6, 8, 6]), expected);
});

test('a gain of no more than minDelta is the best so far but does not renew patience', () => {
  const expected: [number, boolean][] = [
    [1, false],
    [2, false],
    [3, false],
    [4, true],
  ];
  assert.deepEqual(follow({ patience: 2, minDelta: 1 }, [9, 7, 6.5, 6]), expected);
});

test('without a rule or without validation the last epoch is the best', () => {
  const expected: [number, boolean][] = [
    [1, false],
    [2, false],
    [3, false],
  ];
  assert.deepEqual(follow(null, [1, 2, 3]), expected);
  assert.deepEqual(follow({ patience: 1, minDelta: 0 }, [null, null, null]), expected);
});

test('a history replayed leads to the same state', () => {
  const losses = [9, 7, 8, 6, 6.5];
  const history = losses.map((validationLoss, i) => ({ epoch: i + 1, trainLoss: 0, validationLoss }));
  const resumed = new EarlyStopping({ patience: 2, minDelta: 0 }, history);
  assert.deepEqual([resumed.bestEpoch, resumed.stop], [4, false]);
  assert.equal(resumed.record(6, 6), false);
  assert.equal(resumed.stop, true);
});
