import assert from 'node:assert/strict';
import { test } from 'node:test';
import { heldSides, sidesAskedBySignal } from '@stratlab/strategies/held-side.ts';

/** The side after one bar that asks for the given, held before on `side`. */
function after(side: -1 | 0 | 1, ...asked: ('enterLong' | 'exitLong' | 'enterShort' | 'exitShort')[]): number {
  const column = (name: (typeof asked)[number], before: boolean) =>
    Uint8Array.of(Number(before), Number(asked.includes(name)));
  const columns = {
    enterLong: column('enterLong', side > 0),
    exitLong: column('exitLong', false),
    enterShort: column('enterShort', side < 0),
    exitShort: column('exitShort', false),
  };
  return heldSides(columns, 0)[1];
}

test('an entry takes a side, an exit leaves it, the opposite entry turns it', () => {
  assert.equal(after(0, 'enterLong'), 1);
  assert.equal(after(0, 'enterShort'), -1);
  assert.equal(after(1), 1);
  assert.equal(after(1, 'exitLong'), 0);
  assert.equal(after(1, 'exitShort'), 1);
  assert.equal(after(-1, 'exitShort'), 0);
  assert.equal(after(1, 'enterShort'), -1);
  assert.equal(after(-1, 'enterLong', 'exitShort'), 1);
});

test('what contradicts itself is no entry, and an exit all the same', () => {
  assert.equal(after(0, 'enterLong', 'enterShort'), 0);
  assert.equal(after(0, 'enterLong', 'exitLong'), 0);
  assert.equal(after(0, 'enterLong', 'enterShort', 'exitLong'), 0);
  assert.equal(after(1, 'enterLong', 'enterShort'), 1);
  assert.equal(after(1, 'enterLong', 'exitLong'), 0);
  assert.equal(after(1, 'enterShort', 'exitShort'), 1);
  assert.equal(after(1, 'enterShort', 'exitShort', 'exitLong'), 0);
});

test('nothing is held before the first row, and what was asked before it is not remembered', () => {
  const none = new Uint8Array(3);
  const columns = { enterLong: Uint8Array.of(1, 0, 1), exitLong: none, enterShort: none, exitShort: none };
  assert.deepEqual([...heldSides(columns, 1)], [0, 0, 1]);
});

test('a signal of 0 wants nothing, even where the threshold is 0', () => {
  const { enterLong, exitLong } = sidesAskedBySignal(Float64Array.of(0, 0.1, Number.NaN), {
    threshold: 0,
    positionAwareness: true,
  });
  assert.deepEqual([...enterLong], [0, 1, 0]);
  assert.deepEqual([...exitLong], [1, 0, 1]);
});
