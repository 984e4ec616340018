import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planExplanation } from '@stratlab/lab/explanation-plan.ts';
import { mlpSpec, recurrentSpec } from '../specs.ts';

test('a small model is explained on all rows, with all repeats', () => {
  const member = { spec: mlpSpec(), weights: new Float64Array(60) };
  const { explained, important, repeats, mostTaught, warnings } = planExplanation([member], 1500, 6);
  assert.deepEqual(explained, [...Array(1500).keys()]);
  assert.deepEqual([important, repeats, mostTaught, warnings], [explained, 20, 10_000, []]);
});

test('a large model is explained on fewer rows, the last ones, and says so', () => {
  const member = { spec: recurrentSpec({ sequenceLength: 16 }), weights: new Float64Array(5000) };
  const rows = 20_000;
  const { explained, important, repeats, mostTaught, warnings } = planExplanation([member, member], rows, 10);
  assert.deepEqual([explained[0] > 0, explained.at(-1)], [true, rows - 1]);
  assert.deepEqual([important.at(-1), repeats], [explained.length - 1, 3]);
  assert.ok(important.length >= 100 && important.length < explained.length);
  const predictions = explained.length + mostTaught + 10 * repeats * important.length;
  assert.ok(predictions * 2 * 16 * 5000 < 4.1e9, `${predictions} predictions`);
  assert.equal(warnings.length, 2);
  const alone = planExplanation([member], rows, 10);
  assert.ok(alone.explained.length > explained.length, 'half the networks, more rows');
});

test('of a model too large for that no importance is asked', () => {
  const member = { spec: recurrentSpec({ sequenceLength: 64 }), weights: new Float64Array(50_000) };
  const { explained, important, warnings } = planExplanation([member], 20_000, 10);
  assert.ok(explained.length >= 100 && explained.length < 500 && important.length === 0);
  assert.match(warnings.join(), /too large to permute/);
});
