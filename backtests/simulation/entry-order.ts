import type { Execution } from '../execution.ts';
import { limitFill, stopFill } from './fills.ts';
import { withinBar } from './signed-bar.ts';

/** One bar in signed prices (price x side), as the buyer of a signed price sees it. */
export interface SignedBar {
  open: number;
  /** Highest and lowest signed price of what is left of the bar, by the `intrabar` rule. */
  best: number;
  worst: number;
  /** The same as far as it is certain. */
  sureBest: number;
  sureWorst: number;
  close: number;
}

/**
 * An entry that rests in the market: limit, stop, or a stop that becomes a limit. Prices are signed by its side.
 * A limit wants the signed price to fall to it, a stop wants it to rise to it.
 */
export class EntryOrder {
  /** 0: there is none. */
  side = 0;
  decisionBar = -1;
  lastBar = -1;
  private price = Number.NaN;
  private limit = Number.NaN;
  private triggered = false;

  private readonly kind: Execution['entry']['order'];
  private readonly intrabar: Execution['intrabar'];
  private readonly touch: boolean;

  constructor({ entry, intrabar, limit_fill }: Execution) {
    this.kind = entry.order;
    this.intrabar = intrabar;
    this.touch = limit_fill === 'touch';
  }

  /** True where a fill pays slippage and spread: the stop becomes a market order. */
  get atMarket(): boolean {
    return this.kind === 'stop';
  }

  /** Rests from the bar after the decision to `lastBar`, in the place of what rested before. */
  place(side: number, price: number, limit: number, decisionBar: number, lastBar: number): void {
    this.side = side;
    this.price = side * price;
    this.limit = side * (this.kind === 'limit' ? price : limit);
    this.decisionBar = decisionBar;
    this.lastBar = lastBar;
    this.triggered = this.kind === 'limit';
  }

  cancel(): void {
    this.side = 0;
  }

  /**
   * Signed price of the fill in this bar, NaN for none. Narrows `bar` to what is left of it after the fill: an order
   * that fills at the open has all of it, one that fills later only what can have come after. `rest` is the bar in the
   * prices that the position closes at, the same where they are not quoted apart.
   */
  fillIn(bar: SignedBar, rest: SignedBar = bar): number {
    if (this.triggered) return this.kind === 'stop' ? bar.open : this.fillLimit(bar, rest, bar.worst);
    if (bar.best < this.price) return Number.NaN;
    const fill = stopFill(bar.open, this.price);
    if (bar.open < this.price) this.move(bar, rest, fill, narrowAfterRise);
    bar.open = fill;
    this.triggered = true;
    if (this.kind === 'stop') return fill;
    return fill <= this.limit ? fill : this.fillLimit(bar, rest, bar.sureWorst);
  }

  private fillLimit(bar: SignedBar, rest: SignedBar, worst: number): number {
    const passed = this.touch ? worst <= this.limit : worst < this.limit;
    if (!passed) return Number.NaN;
    const fill = limitFill(bar.open, this.limit);
    if (bar.open > this.limit) this.move(bar, rest, fill, narrowAfterFall);
    bar.open = fill;
    return fill;
  }

  /** Both bars from the instant at which this one stands at `price`; the other is taken to stand as near as it came. */
  private move(bar: SignedBar, rest: SignedBar, price: number, narrow: Narrowing): void {
    narrow(bar, price, this.intrabar, this.side);
    if (rest === bar) return;
    rest.open = withinBar(rest, price);
    narrow(rest, rest.open, this.intrabar, this.side);
  }
}

type Narrowing = (bar: SignedBar, fill: number, intrabar: Execution['intrabar'], side: number) => void;

/** After a rise to `fill`, the bar's high is still to come; its low may have been before. */
function narrowAfterRise(bar: SignedBar, fill: number, intrabar: Execution['intrabar'], side: number): void {
  bar.sureWorst = Math.min(fill, bar.close);
  const lowMayFollow = intrabar === 'pessimistic' || (intrabar !== 'optimistic' && side > 0);
  if (!lowMayFollow) bar.worst = bar.sureWorst;
}

/** After a fall to `fill`, the bar's low is still to come; its high may have been before. */
function narrowAfterFall(bar: SignedBar, fill: number, intrabar: Execution['intrabar'], side: number): void {
  bar.sureBest = Math.max(fill, bar.close);
  const highMayFollow = intrabar === 'optimistic' || (intrabar !== 'pessimistic' && side < 0);
  if (!highMayFollow) bar.best = bar.sureBest;
}
