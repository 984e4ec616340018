import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Member, predictEnsemble, predictMember, type Route, tempered } from '@stratlab/models/ensemble.ts';
import { isForward, routesOf } from '@stratlab/models/routes.ts';
import { folds } from '@stratlab/models/splits/folds.ts';
import { validationSchema } from '@stratlab/models/splits/schema.ts';
import { fitTemperature } from '@stratlab/models/temperature.ts';
import fc from 'fast-check';
import { mlpSpec } from '../specs.ts';

const spec = mlpSpec({ inputs: 1, hiddenLayers: [1], outputs: 3, activation: 'relu' });

/** Answers the same probabilities whatever it is asked: all weights are 0 but the output's biases. */
function constant(fold: number, probabilities: readonly number[], temperature = 1): Member {
  const weights = Float64Array.of(0, 0, 0, 0, 0, ...probabilities.map(Math.log));
  return { spec, weights, fold, temperature, target: null, normalisation: [{ method: 'none' }] };
}

const close = (found: Float64Array, wanted: readonly number[]) =>
  found.forEach((value, k) => {
    assert.ok(Math.abs(value - wanted[k]) < 1e-12, `${found} is not ${wanted}`);
  });

test('each row is answered by the folds of its route, rows before the first by the first', () => {
  const members = [constant(0, [0.5, 0.3, 0.2]), constant(0, [0.7, 0.1, 0.2]), constant(1, [0.1, 0.1, 0.8])];
  const routes: Route[] = [
    { start: 10, folds: [0] },
    { start: 20, folds: [1] },
    { start: 30, folds: [0, 1] },
  ];
  const answers = predictEnsemble({ members, routes }, new Float64Array(5), Float64Array.of(5, 10, 20, 29, 30));
  close(answers.subarray(0, 3), [0.6, 0.2, 0.2]);
  close(answers.subarray(3, 6), [0.6, 0.2, 0.2]);
  close(answers.subarray(6, 9), [0.1, 0.1, 0.8]);
  close(answers.subarray(9, 12), [0.1, 0.1, 0.8]);
  close(answers.subarray(12), [(0.5 + 0.7 + 0.1) / 3, 0.5 / 3, 1.2 / 3]);
});

test('no rows give no answers', () => {
  const routes = [{ start: 0, folds: [0] }];
  const answers = predictEnsemble(
    { members: [constant(0, [0.5, 0.3, 0.2])], routes },
    new Float64Array(),
    new Float64Array(),
  );
  assert.equal(answers.length, 0);
});

test('a temperature is that of a softmax over the logits', () => {
  const hot = predictMember(constant(0, [0.5, 0.3, 0.2], 2), new Float64Array(1));
  const sum = Math.sqrt(0.5) + Math.sqrt(0.3) + Math.sqrt(0.2);
  close(hot, [Math.sqrt(0.5) / sum, Math.sqrt(0.3) / sum, Math.sqrt(0.2) / sum]);
});

test('the temperature of overconfident answers is found again', () => {
  fc.assert(
    fc.property(fc.double({ min: 0.3, max: 5, noNaN: true }), fc.integer({ min: 1, max: 1000 }), (heat, seed) => {
      const rows = 300;
      const honest = Float64Array.from({ length: 2 * rows }, (_, k) => {
        const p = 0.05 + (0.9 * ((seed * 7919 + (k >> 1) * 104729) % 1000)) / 1000;
        return k % 2 === 0 ? p : 1 - p;
      });
      // Every truth in proportion to its probability: 1000 copies of a row, of which 1000 p are class 0.
      const copies = 20;
      const answers = new Float64Array(2 * rows * copies);
      const truths = new Float64Array(rows * copies);
      for (let row = 0; row < rows; row++) {
        for (let c = 0; c < copies; c++) {
          answers.set(honest.subarray(2 * row, 2 * row + 2), 2 * (row * copies + c));
          truths[row * copies + c] = c < Math.round(copies * honest[2 * row]) ? 0 : 1;
        }
      }
      const found = fitTemperature(tempered(answers, 2, 1 / heat), truths, 2);
      assert.ok(Math.abs(found / heat - 1) < 0.1, `${found} instead of ${heat}`);
    }),
    { numRuns: 10, seed: 3 },
  );
  assert.equal(fitTemperature(new Float64Array(), new Float64Array(), 3), 1);
});

test('a tested row is never answered by a fold that learnt from it', () => {
  const method = fc.constantFrom(
    { method: 'holdout' },
    { method: 'walk_forward', folds: 3, train: 0.4 },
    { method: 'purged_kfold', folds: 4, embargo_bars: 2 },
    { method: 'cpcv', groups: 5, test_groups: 2 },
  );
  fc.assert(
    fc.property(method, fc.integer({ min: 60, max: 200 }), fc.integer({ min: 0, max: 4 }), (given, rows, horizon) => {
      const validation = validationSchema.parse(given);
      const time = Float64Array.from({ length: rows }, (_, row) => row * 10);
      const ends = Int32Array.from({ length: rows }, (_, row) => Math.min(rows - 1, row + horizon));
      const sample = { ends, rows: Int32Array.from(ends.keys()), time };
      const split = folds(validation, sample);
      const routes = routesOf(validation, sample, split, time);
      const answering = (instant: number) => routes.findLast(({ start }) => start <= instant)?.folds ?? routes[0].folds;
      for (const row of new Set(split.flatMap(({ test: tested }) => [...tested]))) {
        for (const fold of answering(time[row]))
          assert.ok(!split[fold].train.includes(row) && split[fold].test.includes(row));
      }
      if (!isForward(validation)) assert.equal(answering(rows * 10).length, split.length);
      else assert.deepEqual(answering(rows * 10), [split.length - 1]);
    }),
    { numRuns: 60 },
  );
});
