import type { Purpose } from '../../seeding.ts';

/** The 32 bits that `stream` (models/seeding.ts) seeds mulberry32 with, for a generator inside the kernel. */
export function streamSeed(seed: number, purpose: Purpose, epoch: number): number {
  const text = `${seed}:${purpose}:${epoch}`;
  let state = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), 0x01000193);
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return (state ^ (state >>> 16)) >>> 0;
}
