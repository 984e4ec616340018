import type { Bars } from '@stratlab/data/bars.ts';
import type { Account } from './account.ts';
import type { Bracket } from './bracket.ts';

/** Passes bars in which nothing happens but that the price moves, and marks them. Bars are rows of the traded series. */
export interface QuietBars {
  /** Of every bar, in the memory that is worked on. */
  readonly close: Float64Array;
  /** After each bar from the first of the run on. */
  readonly equity: Float64Array;
  readonly position: Float64Array;
  /** The bars `from` to `end` (exclusive) with nothing but cash. */
  rest(from: number, end: number, cash: number): void;
  /**
   * An open position from bar `from` on, up to `end` or the first bar that reaches an exit of the bracket or may reach it;
   * gives that bar. What the position lived through is noted in its account.
   */
  hold(account: Account, bracket: Bracket, from: number, end: number): number;
}

/** Works on the bars where they lie, whichever side a position is closed at. */
export class PlainQuietBars implements QuietBars {
  readonly close: Float64Array;
  readonly equity: Float64Array;
  readonly position: Float64Array;
  private readonly bids: Bars;
  private readonly asks: Bars;
  private readonly firstBar: number;

  constructor({ close }: Bars, bids: Bars, asks: Bars, firstBar: number, equity: Float64Array, position: Float64Array) {
    this.close = close;
    this.bids = bids;
    this.asks = asks;
    this.firstBar = firstBar;
    this.equity = equity;
    this.position = position;
  }

  rest(from: number, end: number, cash: number): void {
    const { equity, position, firstBar } = this;
    for (let row = from - firstBar; row < end - firstBar; row++) {
      equity[row] = cash;
      position[row] = 0;
    }
  }

  hold(account: Account, bracket: Bracket, from: number, end: number): number {
    const { close, equity, position, firstBar } = this;
    const { side, cash, multiplier } = account;
    const closing = side > 0 ? this.bids : this.asks;
    const better = side > 0 ? closing.high : closing.low;
    const worse = side > 0 ? closing.low : closing.high;
    const units = side * account.quantity;
    const { target, trails } = bracket;
    let { level } = bracket;
    let { best, worst } = account;
    let t = from;
    for (; t < end; t++) {
      const high = side * better[t];
      const low = side * worse[t];
      if (low <= level || high >= target) break;
      if (low < worst) worst = low;
      if (high > best) best = high;
      if (trails) {
        bracket.trailTo(best);
        level = bracket.level;
      }
      equity[t - firstBar] = cash + units * close[t] * multiplier;
      position[t - firstBar] = units;
    }
    account.see(best, worst);
    return t;
  }
}
