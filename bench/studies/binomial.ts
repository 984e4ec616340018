/**
 * The least count that at most 1 - `confidence` of binomial samples exceed: what `trials` tests of rate `rate` each may
 * show before chance is no excuse.
 */
export function binomialBound(trials: number, rate: number, confidence: number): number {
  let probability = (1 - rate) ** trials;
  let within = probability;
  let count = 0;
  while (within < confidence && count < trials) {
    probability *= ((trials - count) / (count + 1)) * (rate / (1 - rate));
    within += probability;
    count++;
  }
  return count;
}
