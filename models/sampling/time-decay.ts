/**
 * A factor per row, in time order, that falls with the uniqueness that came after it, in a straight line from 1 for the
 * newest row (Lopez de Prado 2018, section 4.7, snippet 4.11). `oldest` in (-1, 1]: the factor that the line reaches at the
 * beginning; where negative, that share of the beginning counts 0.
 */
export function timeDecay(uniqueness: Float64Array, oldest: number): Float64Array {
  const total = uniqueness.reduce((sum, value) => sum + value, 0);
  const slope = oldest >= 0 ? (1 - oldest) / total : 1 / ((oldest + 1) * total);
  let passed = 0;
  return uniqueness.map((value) => {
    passed += value;
    return Math.max(0, 1 - slope * (total - passed));
  });
}
