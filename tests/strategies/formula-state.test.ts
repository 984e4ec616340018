import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileState, readFormula } from '@stratlab/strategies/formula.ts';
import type { PositionState } from '@stratlab/strategies/position-state.ts';
import { closes } from '../formula-world.ts';

const flat: PositionState = {
  position: 0,
  bars_held: Number.NaN,
  entry_price: Number.NaN,
  open_return: Number.NaN,
  best_since_entry: Number.NaN,
};
const long: PositionState = { position: 1, bars_held: 3, entry_price: 10, open_return: 0.2, best_since_entry: 13 };

function compiled(text: string) {
  return compileState(readFormula(text), closes(9, 10, 11, 12, 13));
}

test('a formula asks the position at the bar it is asked for', () => {
  const exit = compiled('bars_held >= 3 and close > lag(close, 1)');
  assert.equal(exit(0, long), Number.NaN);
  assert.equal(exit(1, long), 1);
  assert.equal(exit(1, { ...long, bars_held: 2 }), 0);
  assert.equal(compiled('close / entry_price - 1')(3, long), 12 / 10 - 1);
  assert.equal(compiled('max(close, best_since_entry, 12) - 1')(2, long), 12);
  assert.equal(compiled('clip(-open_return, -0.1, abs(position))')(2, long), -0.1);
  assert.equal(compiled('not position > 0 ? 1 : 2')(0, long), 2);
});

test('a rule on the position is unknown, and so does not fire, while flat', () => {
  assert.equal(compiled('bars_held > 1')(2, flat), Number.NaN);
  assert.equal(compiled('position == 0')(2, flat), 1);
});

test('a formula without state is the same asked bar by bar', () => {
  const ask = compiled('close > 10 ? close : close > 1 ? 1 : 2');
  assert.deepEqual(
    [0, 1, 2, 3, 4].map((bar) => ask(bar, flat)),
    [1, 1, 11, 12, 13],
  );
});
