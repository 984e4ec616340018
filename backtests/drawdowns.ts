/** One stretch of a curve below its earlier peak. Rows are of the curve given. */
export interface Drawdown {
  /** Last row that holds the peak. */
  peak: number;
  /** Row of the lowest value. */
  trough: number;
  /** First later row at or above the peak; null where the curve ends before. */
  recovery: number | null;
  /** Lowest value over the peak, less 1: negative. */
  depth: number;
}

/** A dip of no more than this share of the peak is the rounding of a sum, not a loss. */
const rounding = 1e-12;

/** The drawdowns of a curve of positive start, oldest first, the unfinished last one included. */
export function findDrawdowns(curve: Float64Array): Drawdown[] {
  const found: Drawdown[] = [];
  let peak = 0;
  let high = curve[0];
  let open: Drawdown | undefined;
  for (let row = 0; row < curve.length; row++) {
    const value = curve[row];
    if (value >= high * (1 - rounding)) {
      if (open !== undefined) open.recovery = row;
      open = undefined;
      peak = row;
      high = Math.max(high, value);
    } else if (open === undefined) {
      open = { peak, trough: row, recovery: null, depth: value / high - 1 };
      found.push(open);
    } else if (value < curve[open.trough]) {
      open.trough = row;
      open.depth = value / high - 1;
    }
  }
  return found;
}

/** The deepest one, the first of equals. */
export function deepest(drawdowns: readonly Drawdown[]): Drawdown | undefined {
  let worst: Drawdown | undefined;
  for (const drawdown of drawdowns) if (worst === undefined || drawdown.depth < worst.depth) worst = drawdown;
  return worst;
}

/** A drawdown as a reader wants it; times are starts of bars, epoch milliseconds. */
export interface DrawdownRow {
  peakTime: number;
  troughTime: number;
  recoveryTime: number | null;
  depth: number;
  /** Calendar days from the peak to the recovery, or to the last bar. */
  lengthDays: number;
}

const dayMs = 86_400_000;

/** The drawdowns of an equity curve that begins at its initial capital, deepest first. */
export function drawdownTable(
  time: Float64Array,
  equity: Float64Array,
  initialCapital: number,
  limit = Infinity,
): DrawdownRow[] {
  const at = (row: number) => time[Math.max(0, row - 1)];
  return findDrawdowns(equityCurve(equity, initialCapital))
    .sort((a, b) => a.depth - b.depth)
    .slice(0, limit)
    .map(({ peak, trough, recovery, depth }) => ({
      peakTime: at(peak),
      troughTime: at(trough),
      recoveryTime: recovery === null ? null : at(recovery),
      depth,
      lengthDays: (at(recovery ?? equity.length) - at(peak)) / dayMs,
    }));
}

/** The initial capital, then the equity after each bar. */
export function equityCurve(equity: Float64Array, initialCapital: number): Float64Array {
  const curve = new Float64Array(equity.length + 1);
  curve[0] = initialCapital;
  curve.set(equity, 1);
  return curve;
}
