export interface Patience {
  /** Before the first attempt. */
  firstMs: number;
  /** Between two attempts. */
  mostMs: number;
  /** Over all attempts. */
  allMs: number;
}

/** Delays before each attempt, doubling, each cut at random by up to a half so that many clients do not come at once. */
export function* backoff({ firstMs, mostMs, allMs }: Patience): Generator<number, void> {
  const giveUpAt = performance.now() + allMs;
  for (let delayMs = firstMs; performance.now() < giveUpAt; delayMs = Math.min(mostMs, 2 * delayMs)) {
    yield delayMs * (1 - Math.random() / 2);
  }
}
