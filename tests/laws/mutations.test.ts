import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { seededRandom } from '@stratlab/data/random.ts';
import type { Mapping } from '@stratlab/strategies/mapping.ts';
import type { Mutation } from '@stratlab/strategies/mutation.ts';
import { mutations, requireMutation } from '@stratlab/strategies/mutations/index.ts';
import fc from 'fast-check';
import { documentOf, fuzzyRulesText, markOf, modelText, problemsOf, rulesText } from '../strategy-documents.ts';

const documents = [modelText, rulesText, fuzzyRulesText].map(documentOf);
const untouched = ['name', 'version', 'description', 'hypothesis', 'training_data', 'execution', 'context_data'];

/** Seeds and documents for which the mutation has something to change. */
function each(mutation: Mutation, law: (document: Mapping, seed: number) => void): void {
  const able = documents.filter((document) =>
    [0, 1, 2, 3].some((seed) => mutation.mutate(document, seededRandom(seed))),
  );
  assert.ok(able.length > 0, `${mutation.name} changes no document`);
  fc.assert(fc.property(fc.constantFrom(...able), fc.integer({ min: 0, max: 0xffffffff }), law), { numRuns: 60 });
}

test('every file of mutations/ is one mutation of the list, and has its name', () => {
  const folder = dirname(fileURLToPath(import.meta.resolve('@stratlab/strategies/mutations/index.ts')));
  const files = readdirSync(folder).filter((file) => file !== 'index.ts');
  assert.deepEqual(files.sort(), mutations.map(({ name }) => `${name}.ts`).sort());
});

test('an unknown operator is refused with the nearest', () => {
  assert.throws(() => requireMutation('widen_set', 'operators.0'), { path: 'operators.0', hint: /widen_sets/ });
  assert.throws(() => requireMutation('change_costs', 'operators.1'), {
    code: 'invalid_input',
    message: /perturb_numbers/,
  });
});

for (const mutation of mutations) {
  test(`${mutation.name} makes documents that are valid, decide otherwise, and says what changed`, () => {
    each(mutation, (document, seed) => {
      const made = mutation.mutate(document, seededRandom(seed));
      if (made === null) return;
      assert.deepEqual(problemsOf(made.document), [], made.changes.join());
      assert.notEqual(markOf(made.document), markOf(document), made.changes.join());
      assert.ok(made.changes.length > 0 && made.changes.every((words) => words.length > 10));
    });
  });

  test(`${mutation.name} gives the same for the same seed and leaves the document as it was`, () => {
    each(mutation, (document, seed) => {
      const before = structuredClone(document);
      const [first, second] = [1, 2].map(() => mutation.mutate(document, seededRandom(seed)));
      assert.deepEqual(first, second);
      assert.deepEqual(document, before);
    });
  });

  test(`${mutation.name} turns neither costs nor dates nor markets`, () => {
    each(mutation, (document, seed) => {
      const changed = mutation.mutate(document, seededRandom(seed))?.document ?? document;
      for (const key of untouched) assert.deepEqual(changed[key], document[key], key);
    });
  });
}

test('an operator with nothing to change says so', () => {
  const nothing = (name: string, document: Mapping) => requireMutation(name, '').mutate(document, seededRandom(1));
  const [model, rules] = documents;
  assert.equal(nothing('flip_direction', model), null);
  for (const name of ['widen_sets', 'change_label', 'change_architecture', 'drop_input'])
    assert.equal(nothing(name, rules), null);
});

test('fuzzy sets move with their indicator onto the range of the new one', () => {
  const document = documentOf(fuzzyRulesText);
  const swapped = [...Array(40).keys()]
    .map((seed) => requireMutation('swap_indicator', '').mutate(document, seededRandom(seed)))
    .find((made) => made?.changes[0].endsWith('williams_r'));
  const { low, high } = Object(Object(swapped?.document.fuzzy_sets).zone);
  assert.deepEqual(
    [low, high],
    [
      [-100, -100, -40],
      [-60, 0, 0],
    ],
  );
});

test('a number that stands in several formulas stays one number', () => {
  const made = [...Array(60).keys()]
    .map((seed) => requireMutation('perturb_numbers', '').mutate(documentOf(rulesText), seededRandom(seed)))
    .find((each) => each?.changes.length === 1 && each.changes[0].includes('the number 50'));
  const { enter_long, exit_long } = Object(made?.document.rules);
  const number = /sma\((\d+)\)\)$/;
  assert.notEqual(number.exec(enter_long)?.[1], '50');
  assert.equal(number.exec(enter_long)?.[1], number.exec(exit_long)?.[1]);
});
