/**
 * Chance that the smallest of N independent p-values is at most p: 1 - (1 - p)^N. N may be a fraction.
 * Z. Šidák (1967), JASA 62.
 */
export function sidak(p: number, trials: number): number {
  return -Math.expm1(trials * Math.log1p(-p));
}
