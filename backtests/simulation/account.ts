import type { Bars } from '@stratlab/data/bars.ts';
import type { Instrument } from '@stratlab/data/instrument.ts';
import { type Costs, commissionOf, marketPrice } from '../costs.ts';
import { type HeldBars, HeldBarsCount } from '../held-bars.ts';
import type { ExitReason, Trade } from '../trade.ts';
import type { EntryFill } from './entry-fill.ts';
import { TradeLog } from './trade-log.ts';

/** How closed positions went, as returns on their entry value: what the Kelly fraction is estimated from. */
export interface TrackRecord {
  wins: number;
  won: number;
  losses: number;
  lost: number;
}

/**
 * Cash, and at most one position in one instrument. Buying takes the whole value out of the cash and selling puts it
 * in, so that equity = cash + side x quantity x price x multiplier for longs, shorts and any leverage.
 */
export class Account {
  cash: number;
  /** 1 long, -1 short, 0 flat. */
  side = 0;
  quantity = 0;
  entryBar = -1;
  entryPrice = Number.NaN;
  /** Best and worst signed price (price x side) since entry, the entry price included. */
  best = Number.NaN;
  worst = Number.NaN;
  readonly log: TradeLog;
  /** P&L of the closed trades. */
  closedPnl = 0;
  readonly record: TrackRecord = { wins: 0, won: 0, losses: 0, lost: 0 };
  private readonly held = new HeldBarsCount();
  commissionPaid = 0;
  slippagePaid = 0;
  financingPaid = 0;
  tradedNotional = 0;
  readonly multiplier: number;
  /** True where the price of a fill depends on its size. */
  readonly sizeMatters: boolean;

  private readonly bars: Bars;
  private readonly costs: Costs;
  private entryQuantity = 0;
  private entryCommission = 0;
  private unsharedCommission = 0;
  private positionPnl = 0;

  constructor(cash: number, bars: Bars, costs: Costs, instrument: Instrument, log: TradeLog) {
    this.cash = cash;
    this.bars = bars;
    this.costs = costs;
    this.multiplier = instrument.multiplier;
    this.sizeMatters = costs.slippage.volume_share > 0;
    this.log = log;
    log.begin(instrument);
  }

  equityAt(price: number): number {
    return this.cash + this.side * this.quantity * price * this.multiplier;
  }

  /** Price of an entry of this size: worsened where it is a market or stop order, as it stands where it is a limit. */
  entryFill(side: number, quantity: number, price: number, bar: number, atMarket: boolean): number {
    return atMarket ? this.marketFill(price, side, true, quantity, bar) : price;
  }

  /** Opens a position while flat. */
  open({ side, quantity, price, fill, bar }: EntryFill): void {
    const value = fill * quantity * this.multiplier;
    const commission = commissionOf(this.costs, value, quantity);
    this.side = side;
    this.quantity = quantity;
    this.entryQuantity = quantity;
    this.entryBar = bar;
    this.entryPrice = fill;
    this.best = side * fill;
    this.worst = side * fill;
    this.entryCommission = commission;
    this.unsharedCommission = commission;
    this.positionPnl = 0;
    this.cash -= side * value + commission;
    this.book(commission, Math.abs(fill - price), quantity, value);
  }

  /** Adds to the open position, of which nothing has been closed; its entry price is then the mean over its units. */
  add({ quantity, price, fill }: EntryFill): void {
    const value = fill * quantity * this.multiplier;
    const commission = commissionOf(this.costs, value, quantity);
    const units = this.quantity + quantity;
    this.entryPrice = (this.entryPrice * this.quantity + fill * quantity) / units;
    this.see(this.side * fill, this.side * fill);
    this.see(this.side * this.entryPrice, this.side * this.entryPrice);
    this.quantity = units;
    this.entryQuantity = units;
    this.entryCommission += commission;
    this.unsharedCommission += commission;
    this.cash -= this.side * value + commission;
    this.book(commission, Math.abs(fill - price), quantity, value);
  }

  /** Closes `quantity` of the position, at most all of it. */
  close(quantity: number, price: number, bar: number, reason: ExitReason, atMarket: boolean): void {
    const fill = atMarket ? this.marketFill(price, -this.side, false, quantity, bar) : price;
    const value = fill * quantity * this.multiplier;
    const commission = commissionOf(this.costs, value, quantity);
    this.see(this.side * fill, this.side * fill);
    const bothSides = this.entryCommissionOf(quantity) + commission;
    const pnl = this.pnl(quantity, fill, bothSides);
    this.log.add(this, quantity, fill, bar, reason, pnl, bothSides);
    this.closedPnl += pnl;
    this.positionPnl += pnl;
    this.cash += this.side * value - commission;
    this.book(commission, Math.abs(fill - price), quantity, value);
    this.unsharedCommission -= bothSides - commission;
    this.quantity = quantity === this.quantity ? 0 : this.quantity - quantity;
    if (this.quantity === 0) this.leave(bar);
  }

  /** The position as a trade, closed at `price` without cost; null while flat. */
  marked(price: number, bar: number): Trade | null {
    if (this.side === 0) return null;
    const commission = this.unsharedCommission;
    const log = new TradeLog();
    log.begin(this.log.instrument);
    log.add(this, this.quantity, price, bar, 'end_of_data', this.pnl(this.quantity, price, commission), commission);
    return log.trades(this.bars.time)[0];
  }

  /** Of a run that ends with this bar. */
  heldBars(lastBar: number): HeldBars {
    if (this.side !== 0) this.held.add(this.side, this.entryBar, lastBar);
    return this.held.counted;
  }

  /** Takes note of the signed prices the position lived through. */
  see(best: number, worst: number): void {
    if (best > this.best) this.best = best;
    if (worst < this.worst) this.worst = worst;
  }

  /** Borrow on a short, interest on borrowed and on free cash, for `years` at the prices of the close before. */
  finance(price: number, years: number, rates: { short: number; cash: number; margin: number }): void {
    const shortValue = this.side < 0 ? this.quantity * price * this.multiplier : 0;
    const free = Math.max(0, this.cash - shortValue);
    const borrowed = Math.max(0, -this.cash);
    const paid = years * (rates.short * shortValue + rates.margin * borrowed - rates.cash * free);
    this.cash -= paid;
    this.financingPaid += paid;
  }

  private marketFill(price: number, side: number, entering: boolean, quantity: number, bar: number): number {
    const volume = this.sizeMatters ? this.bars.volume[bar] : Number.NaN;
    return marketPrice(this.costs, price, side, entering, quantity, volume);
  }

  /** The part of the entry's commission that `quantity` of the position carries; what closes last carries the rest. */
  private entryCommissionOf(quantity: number): number {
    const all = quantity === this.quantity;
    return all ? this.unsharedCommission : (this.entryCommission * quantity) / this.entryQuantity;
  }

  private pnl(quantity: number, fill: number, commission: number): number {
    return this.side * (fill - this.entryPrice) * quantity * this.multiplier - commission;
  }

  private book(commission: number, slipped: number, quantity: number, value: number): void {
    this.commissionPaid += commission;
    this.slippagePaid += slipped * quantity * this.multiplier;
    this.tradedNotional += value;
  }

  private leave(bar: number): void {
    const result = this.positionPnl / (this.entryPrice * this.entryQuantity * this.multiplier);
    if (result > 0) {
      this.record.wins++;
      this.record.won += result;
    } else {
      this.record.losses++;
      this.record.lost -= result;
    }
    this.held.add(this.side, this.entryBar, bar);
    this.side = 0;
  }
}
