import type { Bars } from '@stratlab/data/bars.ts';
import type { Instrument } from '@stratlab/data/instrument.ts';
import { type Costs, commissionOf, marketPrice, resolveCosts } from '../costs.ts';
import type { Execution } from '../execution.ts';
import type { ExitReason } from '../trade.ts';
import type { Ledger } from './ledger.ts';
import { affordableUnits, wholeSteps } from './sizing.ts';
import { TradeLog } from './trade-log.ts';

/** When and at what an instrument trades. */
export interface Moment {
  /** Of the timeline. */
  step: number;
  /** Row of the instrument's current or last bar. */
  row: number;
  /** Rows it has lived through: up to `row` at an open, one more at a close. */
  lived: number;
  /** The market's price, before slippage and spread. */
  price: number;
}

/**
 * The position in one instrument of a portfolio at its average cost, its trades, and what its orders cost. The cash is
 * the ledger's.
 */
export class Holding {
  /** 1 long, -1 short, 0 flat. */
  side = 0;
  quantity = 0;
  /** Step of the first fill. */
  entryBar = -1;
  /** Mean over the units held. */
  entryPrice = Number.NaN;
  /** Best and worst signed price (price x side) since the first fill. */
  best = Number.NaN;
  worst = Number.NaN;
  closedPnl = 0;
  tradedNotional = 0;
  readonly log = new TradeLog();
  readonly bars: Bars;
  readonly costs: Costs;
  readonly multiplier: number;
  readonly step: number;

  private readonly ledger: Ledger;
  /** True where the price of a fill depends on its size. */
  private readonly sizeMatters: boolean;
  private unsharedCommission = 0;
  /** First row whose high and low are not in `best` and `worst` yet. */
  private unseen = 0;

  constructor(bars: Bars, instrument: Instrument, execution: Execution, ledger: Ledger) {
    this.bars = bars;
    this.costs = resolveCosts(execution, instrument);
    this.multiplier = instrument.multiplier;
    this.step = execution.quantity_step === 'auto' ? instrument.quantity_step : execution.quantity_step;
    this.sizeMatters = this.costs.slippage.volume_share > 0;
    this.ledger = ledger;
    this.log.begin(instrument);
  }

  /** Price of an order of this size: `side` 1 buys, -1 sells. */
  fillPrice(side: number, entering: boolean, quantity: number, { price, row }: Moment): number {
    const volume = this.sizeMatters ? this.bars.volume[row] : Number.NaN;
    return marketPrice(this.costs, price, side, entering, quantity, volume);
  }

  /**
   * Units that are worth `value` at what a sale of them fetches, also where a short is bought back: increasing a short
   * is sized so too, and at any other price the one would undo the other for ever.
   */
  unitsReducedTo(value: number, moment: Moment): number {
    const roughly = this.unitsWorth(value, 0, moment);
    if (!this.sizeMatters) return wholeSteps(roughly, this.step);
    const closed = Math.max(0, this.quantity - roughly);
    return wholeSteps(this.unitsWorth(value, closed, moment), this.step);
  }

  /** Units that a position of `value` has, the commission for what has to be added included, in whole steps. */
  unitsIncreasedTo(value: number, side: number, moment: Moment): number {
    const roughly = this.unitsAdded(value, this.fillPrice(side, true, 0, moment));
    const more = this.sizeMatters ? this.unitsAdded(value, this.fillPrice(side, true, roughly, moment)) : roughly;
    return wholeSteps(this.quantity + more, this.step);
  }

  private unitsWorth(value: number, closed: number, moment: Moment): number {
    return Math.max(0, value / (this.fillPrice(-1, this.side < 0, closed, moment) * this.multiplier));
  }

  private unitsAdded(value: number, fill: number): number {
    const unitValue = fill * this.multiplier;
    return affordableUnits(value - this.quantity * unitValue, unitValue, this.costs);
  }

  /** Opens a position of `side`, or adds to it, up to `units`. */
  increase(side: number, units: number, moment: Moment): void {
    const added = units - this.quantity;
    const fill = this.fillPrice(side, true, added, moment);
    if (this.side === 0) this.begin(side, fill, moment);
    else this.average(added, fill, moment);
    this.quantity = units;
    this.unsharedCommission += this.book(-side, added, fill, moment.price);
  }

  /** Closes the position down to `units`, as a trade. */
  reduce(units: number, moment: Moment, reason: ExitReason): void {
    const { side } = this;
    const closed = this.quantity - units;
    const fill = this.fillPrice(-side, false, closed, moment);
    this.live(moment.lived);
    this.see(side * fill);
    const commission = this.book(side, closed, fill, moment.price);
    const carried = units === 0 ? this.unsharedCommission : (this.unsharedCommission * closed) / this.quantity;
    const pnl = this.pnl(closed, fill, carried + commission);
    this.log.add(this, closed, fill, moment.step, reason, pnl, carried + commission);
    this.closedPnl += pnl;
    this.unsharedCommission -= carried;
    this.quantity = units;
    if (units === 0) this.side = 0;
  }

  /** The position in a log of its own, closed without cost; empty while flat. */
  marked(moment: Moment): TradeLog {
    const log = new TradeLog();
    log.begin(this.log.instrument);
    if (this.side === 0) return log;
    this.live(moment.lived);
    log.add(
      this,
      this.quantity,
      moment.price,
      moment.step,
      'end_of_data',
      this.openPnl(moment.price),
      this.unsharedCommission,
    );
    return log;
  }

  /** P&L of the position at this price, its entry's commission paid; 0 while flat. */
  openPnl(price: number): number {
    return this.side === 0 ? 0 : this.pnl(this.quantity, price, this.unsharedCommission);
  }

  private begin(side: number, fill: number, { step, lived }: Moment): void {
    this.side = side;
    this.entryBar = step;
    this.entryPrice = fill;
    this.best = side * fill;
    this.worst = side * fill;
    this.unseen = lived;
    this.unsharedCommission = 0;
  }

  private average(added: number, fill: number, { lived }: Moment): void {
    this.live(lived);
    this.see(this.side * fill);
    this.entryPrice += ((fill - this.entryPrice) * added) / (this.quantity + added);
  }

  private see(signedPrice: number): void {
    if (signedPrice > this.best) this.best = signedPrice;
    if (signedPrice < this.worst) this.worst = signedPrice;
  }

  /** Takes note of the prices of the rows up to `lived` (exclusive). */
  private live(lived: number): void {
    const { bars, side } = this;
    const better = side > 0 ? bars.high : bars.low;
    const worse = side > 0 ? bars.low : bars.high;
    let { best, worst } = this;
    for (let row = this.unseen; row < lived; row++) {
      if (side * better[row] > best) best = side * better[row];
      if (side * worse[row] < worst) worst = side * worse[row];
    }
    this.best = best;
    this.worst = worst;
    this.unseen = lived;
  }

  private pnl(quantity: number, fill: number, commission: number): number {
    return this.side * (fill - this.entryPrice) * quantity * this.multiplier - commission;
  }

  /** Gives the commission. `direction` 1 receives the value, -1 pays it. */
  private book(direction: number, quantity: number, fill: number, price: number): number {
    const value = fill * quantity * this.multiplier;
    const commission = commissionOf(this.costs, value, quantity);
    this.ledger.book(direction * value, commission, Math.abs(fill - price) * quantity * this.multiplier, value);
    this.tradedNotional += value;
    return commission;
  }
}
