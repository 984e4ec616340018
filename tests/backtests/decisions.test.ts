import assert from 'node:assert/strict';
import test from 'node:test';
import { decisionsFromSignal } from '@stratlab/backtests/decisions.ts';
import { simulated, written } from './market.ts';

const signal = Float64Array.of(0.1, 0.7, 0.8, 0.2, -0.9, -0.9, Number.NaN, 0.6);
const both = { threshold: 0.6, direction: 'both' } as const;

test('a position is wanted in the direction of the signal while it reaches the threshold', () => {
  const { enterLong, exitLong, enterShort, exitShort } = decisionsFromSignal(signal, both);
  assert.deepEqual([...enterLong], [0, 1, 1, 0, 0, 0, 0, 1]);
  assert.deepEqual([...exitLong], [1, 0, 0, 1, 1, 1, 1, 0]);
  assert.deepEqual([...enterShort], [0, 0, 0, 0, 1, 1, 0, 0]);
  assert.deepEqual([...exitShort], [1, 1, 1, 1, 0, 0, 1, 1]);
});

test('without position awareness it is held until the opposite signal', () => {
  const { exitLong, exitShort } = decisionsFromSignal(signal, { ...both, positionAwareness: false });
  assert.deepEqual([...exitLong], [0, 0, 0, 0, 1, 1, 0, 0]);
  assert.deepEqual([...exitShort], [0, 1, 1, 0, 0, 0, 0, 1]);
});

test('direction and filter leave out entries, never exits', () => {
  const when = Uint8Array.of(1, 0, 1, 1, 1, 1, 1, 1);
  const { enterLong, enterShort, exitLong } = decisionsFromSignal(signal, { ...both, direction: 'long', when });
  assert.deepEqual([...enterLong], [0, 0, 1, 0, 0, 0, 0, 1]);
  assert.equal(Math.max(...enterShort), 0);
  assert.equal(exitLong[4], 1);
});

test('a threshold of 0 wants no position at a signal of 0', () => {
  const { enterLong, enterShort } = decisionsFromSignal(Float64Array.of(0, 0.1), { ...both, threshold: 0 });
  assert.deepEqual([...enterLong, ...enterShort], [0, 1, 0, 0]);
});

test('a signal that turns over makes a reversal', () => {
  const decisions = decisionsFromSignal(Float64Array.of(0.9, 0.9, -0.9, 0, 0), both);
  const rows = [100, 100, 100, 110, 90].map((price) => [price, price, price, price] as const);
  const { trades } = simulated({ rows, decisions });
  assert.deepEqual(trades.map(written), ['long 1@100 -> 3@110 reversal', 'short 3@110 -> 4@90 signal']);
});
