import assert from 'node:assert/strict';

/** The bytes held after each of some rounds. */
export async function heldAfterEach(rounds: number, round: () => Promise<void>, bytes: () => Promise<number>) {
  const held: number[] = [];
  for (let k = 0; k < rounds; k += 1) {
    await round();
    held.push(await bytes());
  }
  return held;
}

/** What is kept of every request makes every round grow; caches and compiled code make only some grow. */
export function assertSettles(held: readonly number[], most: number): void {
  const grown = held.slice(1).map((bytes, k) => bytes - (held[k] ?? 0));
  assert.ok(Math.min(...grown) < most, `after each round ${grown} bytes more are held`);
}
