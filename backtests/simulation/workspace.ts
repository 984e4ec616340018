import type { Bars } from '@stratlab/data/bars.ts';
import { TradeLog } from './trade-log.ts';

/**
 * Memory that one run after another writes to: a run in it overwrites the equity, position and trades of the last. Bars
 * that were traded in it are not checked again, and so must not change.
 */
export class Workspace {
  readonly log = new TradeLog();
  private bars: Bars | null = null;
  private checked = 0;
  private equity = new Float64Array(0);
  private position = new Float64Array(0);

  /** How many of these bars are known to be tradable. */
  tradable(bars: Bars): number {
    return bars === this.bars ? this.checked : 0;
  }

  noteTradable(bars: Bars, count: number): void {
    this.checked = Math.max(count, this.tradable(bars));
    this.bars = bars;
  }

  /** Two columns of `rows` rows whose values are left over from the last run. */
  columns(rows: number): { equity: Float64Array; position: Float64Array } {
    if (this.equity.length < rows) {
      this.equity = new Float64Array(rows);
      this.position = new Float64Array(rows);
    }
    return { equity: this.equity.subarray(0, rows), position: this.position.subarray(0, rows) };
  }
}
