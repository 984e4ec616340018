/** How many ways there are to choose `k` of `n`, 0 <= k <= n. */
export function choose(n: number, k: number): number {
  let ways = 1;
  for (let i = 1; i <= k; i++) ways = (ways * (n - k + i)) / i;
  return Math.round(ways);
}

/** Every choice of `k` of the numbers 0…n-1, each ascending, in lexicographic order. */
export function combinations(n: number, k: number, from = 0): number[][] {
  if (k === 0) return [[]];
  const found: number[][] = [];
  for (let first = from; first <= n - k; first++) {
    for (const rest of combinations(n, k - 1, first + 1)) found.push([first, ...rest]);
  }
  return found;
}
