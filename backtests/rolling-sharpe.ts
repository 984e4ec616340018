/** Rows after which the running sums are computed anew, so that their rounding does not add up. */
const renewal = 512;
/** A spread of no more than this share of the returns' size is what rounding leaves of a constant series. */
const residue = 1e-10;

/**
 * Sharpe ratio of the last `window` returns at every row, annual: mean(r - cash) / sd(n - 1) x sqrt(periods a year).
 * NaN before the window is full and where the returns in it do not vary. Source: W. F. Sharpe (1994).
 */
export function rollingSharpe(
  returns: Float64Array,
  window: number,
  periodsPerYear: number,
  cashRate = 0,
): Float64Array {
  const result = new Float64Array(returns.length).fill(Number.NaN);
  const annual = Math.sqrt(periodsPerYear);
  let centre = 0;
  let [sum, squares] = [0, 0];
  for (let row = window - 1; row < returns.length; row++) {
    const first = row - window + 1;
    if (first % renewal === 0) {
      centre = mean(returns, first, row);
      [sum, squares] = sumsAbout(centre, returns, first, row);
    } else {
      const entering = returns[row] - centre;
      const leaving = returns[first - 1] - centre;
      sum += entering - leaving;
      squares += entering * entering - leaving * leaving;
    }
    const variance = (squares - (sum * sum) / window) / (window - 1);
    const level = centre + sum / window;
    const noise = residue * Math.max(Math.abs(level), Math.sqrt(squares / window));
    if (variance > noise * noise) result[row] = ((level - cashRate) / Math.sqrt(variance)) * annual;
  }
  return result;
}

function mean(values: Float64Array, first: number, last: number): number {
  let total = 0;
  for (let i = first; i <= last; i++) total += values[i];
  return total / (last - first + 1);
}

function sumsAbout(centre: number, values: Float64Array, first: number, last: number): [number, number] {
  let [sum, squares] = [0, 0];
  for (let i = first; i <= last; i++) {
    const distance = values[i] - centre;
    sum += distance;
    squares += distance * distance;
  }
  return [sum, squares];
}
