import type { Bars } from '@stratlab/data/bars.ts';
import type { Decisions } from '../decisions.ts';
import type { Quotes } from '../quotes.ts';
import { KernelQuietBars, mostKernelRows, QuietKernel } from './kernel-quiet-bars.ts';
import { PlainQuietBars, type QuietBars } from './quiet-bars.ts';
import { TradeLog } from './trade-log.ts';

/**
 * Memory that one run after another writes to: a run in it overwrites the equity, position and trades of the last, so
 * what is to be kept or sent is copied. Bars that were traded in it are not checked again, and so must not change.
 */
export class Workspace {
  readonly log = new TradeLog();
  private bars: Bars | null = null;
  private checked = 0;
  private equity = new Float64Array(0);
  private position = new Float64Array(0);
  /** Of `bars`. */
  private kernel: QuietKernel | null = null;

  /** How many of these bars are known to be tradable. */
  tradable(bars: Bars): number {
    return bars === this.bars ? this.checked : 0;
  }

  noteTradable(bars: Bars, count: number): void {
    this.checked = Math.max(count, this.tradable(bars));
    if (bars !== this.bars) this.kernel = null;
    this.bars = bars;
  }

  /**
   * What a run marks its bars with; the columns hold values that are left over from the last run. Bars that were traded in
   * it before are worth a copy.
   */
  quietBars(bars: Bars, { firstBar, endBar }: Decisions, quotes: Quotes | null): QuietBars {
    if (quotes === null && this.tradable(bars) >= endBar && endBar <= mostKernelRows) {
      if (this.kernel === null || this.kernel.rows < endBar) this.kernel = new QuietKernel(bars, this.checked);
      return new KernelQuietBars(this.kernel, bars, firstBar, endBar);
    }
    const rows = endBar - firstBar;
    if (this.equity.length < rows) {
      this.equity = new Float64Array(rows);
      this.position = new Float64Array(rows);
    }
    const [equity, position] = [this.equity, this.position].map((column) => column.subarray(0, rows));
    return new PlainQuietBars(bars, quotes?.bid ?? bars, quotes?.ask ?? bars, firstBar, equity, position);
  }
}
