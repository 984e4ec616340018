const atOnce = 8;

/** Does something to each of many, a few at once. */
export async function inBatches<T>(all: readonly T[], task: (one: T) => Promise<void>): Promise<void> {
  for (let from = 0; from < all.length; from += atOnce) await Promise.all(all.slice(from, from + atOnce).map(task));
}
