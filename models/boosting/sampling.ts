import type { Random } from '@stratlab/data/random.ts';

/**
 * A random choice of round(share x n), at least one, of `items`, in their order: selection sampling (Knuth, algorithm
 * S). Everything, without a draw, where the share takes all.
 */
export function sample(items: Int32Array, share: number, random: Random): Int32Array {
  const count = Math.max(1, Math.round(share * items.length));
  if (count >= items.length) return items;
  const chosen = new Int32Array(count);
  let taken = 0;
  for (let i = 0; taken < count; i++) {
    if ((items.length - i) * random() < count - taken) chosen[taken++] = items[i];
  }
  return chosen;
}
