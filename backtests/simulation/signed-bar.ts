import type { Bars } from '@stratlab/data/bars.ts';
import type { SignedBar } from './entry-order.ts';

/** Sets `bar` to a whole bar in signed prices. */
export function readSignedBar(bar: SignedBar, bars: Bars, t: number, side: number): void {
  const high = side * bars.high[t];
  const low = side * bars.low[t];
  bar.open = side * bars.open[t];
  bar.close = side * bars.close[t];
  bar.best = bar.sureBest = side > 0 ? high : low;
  bar.worst = bar.sureWorst = side > 0 ? low : high;
}

/** A new one. */
export function signedBar(bars: Bars, t: number, side: number): SignedBar {
  const bar = { open: 0, best: 0, worst: 0, sureBest: 0, sureWorst: 0, close: 0 };
  readSignedBar(bar, bars, t, side);
  return bar;
}

/** The price nearest to `price` that the bar reached. */
export function withinBar({ best, worst }: SignedBar, price: number): number {
  return Math.max(worst, Math.min(best, price));
}
