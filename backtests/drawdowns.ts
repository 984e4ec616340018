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
  return curve.length === 0 ? [] : equityDrawdowns(curve.subarray(1), curve[0]);
}

/** Those of an equity curve, whose row 0 is the initial capital and row k + 1 the equity after bar k. */
export function equityDrawdowns(equity: Float64Array, initialCapital: number): Drawdown[] {
  return traceEquity(equity, initialCapital).drawdowns;
}

/** What one pass over an equity curve finds. */
export interface EquityTrace {
  drawdowns: Drawdown[];
  /** Sums over the initial capital and every bar: of the equity, and of its share below the highest so far (<= 0). */
  levels: number;
  depths: number;
  squaredDepths: number;
}

export function traceEquity(equity: Float64Array, initialCapital: number): EquityTrace {
  const drawdowns: Drawdown[] = [];
  const bars = equity.length;
  let high = initialCapital;
  let floor = high * (1 - rounding);
  let [levels, depths, squaredDepths] = [initialCapital, 0, 0];
  for (let bar = 0; bar < bars; ) {
    for (; bar < bars && equity[bar] >= floor; bar++) {
      const value = equity[bar];
      levels += value;
      if (value > high) {
        high = value;
        floor = high * (1 - rounding);
      }
    }
    if (bar === bars) break;
    const peak = bar;
    let lowest = bar;
    let least = equity[bar];
    let [lost, squaresLost] = [0, 0];
    for (; bar < bars; bar++) {
      const value = equity[bar];
      if (value >= floor) break;
      if (value < least) {
        least = value;
        lowest = bar;
      }
      const below = high - value;
      levels += value;
      lost += below;
      squaresLost += below * below;
    }
    depths -= lost / high;
    squaredDepths += squaresLost / (high * high);
    drawdowns.push({ peak, trough: lowest + 1, recovery: bar < bars ? bar + 1 : null, depth: least / high - 1 });
  }
  return { drawdowns, levels, depths, squaredDepths };
}

/** The depth of the deepest drawdown of an equity curve that is seen value by value; 0 where there was none. */
export class DrawdownWatch {
  private high: number;
  private floor: number;
  private lowest = Number.POSITIVE_INFINITY;
  private deepest = 0;

  constructor(initialCapital: number) {
    this.high = initialCapital;
    this.floor = initialCapital * (1 - rounding);
  }

  see(equity: number): void {
    if (equity >= this.floor) this.recover(equity);
    else if (equity < this.lowest) this.lowest = equity;
  }

  /** The equity `cash + units x price x multiplier` at the prices `from` to `end` (exclusive). */
  seeHeld(prices: Float64Array, from: number, end: number, cash: number, units: number, multiplier: number): void {
    for (let t = from; t < end; t++) {
      const { floor } = this;
      let { lowest } = this;
      let equity = Number.NaN;
      for (; t < end; t++) {
        equity = cash + units * prices[t] * multiplier;
        if (equity >= floor) break;
        if (equity < lowest) lowest = equity;
      }
      this.lowest = lowest;
      if (t < end) this.recover(equity);
    }
  }

  get depth(): number {
    return this.lowest < this.floor ? Math.min(this.deepest, this.lowest / this.high - 1) : this.deepest;
  }

  private recover(equity: number): void {
    if (this.lowest < this.floor) this.deepest = this.depth;
    this.lowest = Number.POSITIVE_INFINITY;
    if (equity <= this.high) return;
    this.high = equity;
    this.floor = equity * (1 - rounding);
  }
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
  return equityDrawdowns(equity, initialCapital)
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
