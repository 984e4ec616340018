import { type Random, seededRandom, shuffle } from '@stratlab/data/random.ts';

/**
 * All chance in a training, so that every engine sees the same bits. Each purpose and epoch has a stream of its own,
 * mulberry32 seeded with a hash of `seed:purpose:epoch`:
 * - `weights` (epoch 0): one uniform draw per weight, tensor by tensor in the canonical order, row-major; biases draw
 *   nothing.
 * - `order`: the rows 0…n-1 shuffled afresh each epoch by Fisher-Yates; batches are consecutive pieces of that order,
 *   the last one shorter.
 * - `dropout`: batch by batch, within it layer by layer (hidden or recurrent), in a recurrent one step by step from the
 *   oldest, row by row, unit by unit; a unit is kept where the draw is at or above the dropout share. All steps of the
 *   last recurrent layer draw, though only its last one is used. Without dropout nothing is drawn.
 * - `clusters` (epoch 0): one draw per cluster of an ANFIS, by k-means++.
 * - `rows` (by round of boosting) and `columns` (by tree, round x outputs + output): one draw per row, or feature, until
 *   enough are taken (selection sampling, Knuth's algorithm S). Where all are taken nothing is drawn.
 * - `bag` (epoch 0): one draw per row that a sequential bootstrap draws, symbol by symbol.
 */
export type Purpose = 'weights' | 'order' | 'dropout' | 'clusters' | 'rows' | 'columns' | 'bag';

export function stream(seed: number, purpose: Purpose, epoch = 0): Random {
  return seededRandom(streamSeed(seed, purpose, epoch));
}

/** Fills `order` with the rows in the order in which this epoch sees them. */
export function fillOrder(order: Int32Array, seed: number, epoch: number): void {
  for (let row = 0; row < order.length; row++) order[row] = row;
  shuffle(order, stream(seed, 'order', epoch));
}

/** Fills the first `count` places with 0 for a dropped unit and 1 / (1 - dropout) for a kept one (inverted dropout). */
export function fillDropoutMask(mask: Float64Array, count: number, dropout: number, random: Random): void {
  const kept = 1 / (1 - dropout);
  for (let i = 0; i < count; i++) mask[i] = random() < dropout ? 0 : kept;
}

/** What a stream's generator is seeded with: FNV-1a of its name with the finaliser of MurmurHash3, 32 bits. */
export function streamSeed(seed: number, purpose: Purpose, epoch: number): number {
  const text = `${seed}:${purpose}:${epoch}`;
  let state = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), 0x01000193);
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return (state ^ (state >>> 16)) >>> 0;
}
