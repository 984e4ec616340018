import { commissionOf } from '../costs.ts';
import type { Execution } from '../execution.ts';
import { moneyTolerance } from './conventions.ts';
import type { Portfolio } from './portfolio.ts';
import { type Asset, hasUnknownMargin } from './portfolio-preconditions.ts';
import { wholeSteps } from './sizing.ts';
import { VolumeRoom } from './volume-room.ts';
import type { WishOrders } from './wish-orders.ts';

/** Less than this share of a quantity, or of what was to be added to one, is what is left of rounding: not traded. */
const dust = 1e-9;

/** Takes a portfolio to its wishes at one instant: what reduces first, then what increases, as far as it is affordable. */
export class Rebalancing {
  /** Orders to open a position that could not be afforded, or rounded to no quantity. */
  rejected = 0;
  /** Orders that were filled in part because not all of that instant's increases could be afforded. */
  scaled = 0;
  /** Fills that `volume_limit` cut short, those that came to nothing included. */
  cutFills = 0;

  private readonly portfolio: Portfolio;
  private readonly orders: WishOrders;
  private readonly leverage: number;
  private readonly rooms: readonly VolumeRoom[];
  /** What a unit of value takes of `leverage` x equity: 1, or more where the instrument's margin asks for it. */
  private readonly load: Float64Array;
  /** Per instrument, at this instant: units to increase to, NaN for none; the price expected for what is added. */
  private readonly target: Float64Array;
  private readonly fill: Float64Array;
  /** 1 where the bar's volume left something to be done. */
  private readonly unfinished: Uint8Array;
  /** What `need` found: the sum, and how fast it grows with the share. */
  private needed = 0;
  private slope = 0;

  constructor(portfolio: Portfolio, orders: WishOrders, assets: readonly Asset[], execution: Execution) {
    const count = assets.length;
    this.portfolio = portfolio;
    this.orders = orders;
    this.leverage = execution.leverage;
    this.rooms = portfolio.holdings.map(({ bars, step }) => new VolumeRoom(bars.volume, execution.volume_limit, step));
    this.load = Float64Array.from(assets, (asset) =>
      hasUnknownMargin(asset) ? 1 : Math.max(1, execution.leverage * asset.instrument.margin),
    );
    this.target = new Float64Array(count).fill(Number.NaN);
    this.fill = new Float64Array(count);
    this.unfinished = new Uint8Array(count);
  }

  /** Everything that is due and makes a position smaller, by the equity before any of it. */
  reduce(): void {
    const { orders, portfolio } = this;
    const equity = portfolio.equity();
    for (let n = 0; n < orders.dueCount; n++) this.reduceTo(orders.due[n], equity);
  }

  /** Everything else that is due, by the equity after what was reduced. Spends the orders but what volume left. */
  increase(mayOpen: (k: number) => boolean): void {
    const { orders, portfolio, target } = this;
    const equity = portfolio.equity();
    let increases = 0;
    for (let n = 0; n < orders.dueCount; n++) {
      const k = orders.due[n];
      target[k] = mayOpen(k) ? this.increasedUnits(k, equity) : Number.NaN;
      if (!Number.isNaN(target[k])) increases++;
    }
    if (increases > 0) this.fillIncreases(this.affordableShare(equity));
    this.spend();
  }

  private reduceTo(k: number, equity: number): void {
    const { portfolio, orders } = this;
    const holding = portfolio.holdings[k];
    const { side, quantity } = holding;
    this.unfinished[k] = 0;
    if (side === 0) return;
    const wish = orders.wished[k];
    const kept = wish * side > 0 ? holding.unitsReducedTo(Math.abs(wish) * equity, portfolio.momentOf(k)) : 0;
    if (!(kept < quantity * (1 - dust))) return;
    const units = this.withinVolume(k, kept);
    if (units === quantity) return;
    this.useVolume(k, quantity - units);
    portfolio.reduce(k, units, kept === 0 && wish * side < 0 ? 'reversal' : 'signal');
  }

  /** Units that the wish asks to increase to; NaN where it asks for no more than is held. */
  private increasedUnits(k: number, equity: number): number {
    const { portfolio, orders } = this;
    const holding = portfolio.holdings[k];
    const wish = orders.wished[k];
    const side = Math.sign(wish);
    if (side === 0 || side === -holding.side) return Number.NaN;
    const moment = portfolio.momentOf(k);
    const wanted = holding.unitsIncreasedTo(Math.abs(wish) * equity, side, moment);
    if (!(wanted > holding.quantity * (1 + dust))) {
      if (holding.side === 0) this.rejected++;
      return Number.NaN;
    }
    const units = this.withinVolume(k, wanted);
    if (!(units > holding.quantity)) return Number.NaN;
    this.fill[k] = holding.fillPrice(side, true, units - holding.quantity, moment);
    return units;
  }

  /** Units held that the volume of their last bar would not have taken. */
  beyondVolume(k: number): number {
    const { quantity } = this.portfolio.holdings[k];
    return quantity - this.rooms[k].fits(quantity, this.portfolio.momentOf(k).row);
  }

  /** As far from what is held towards `units` as the bar's volume allows. */
  private withinVolume(k: number, units: number): number {
    const { quantity, step } = this.portfolio.holdings[k];
    const wanted = Math.abs(units - quantity);
    const fitting = this.rooms[k].fits(wanted, this.portfolio.momentOf(k).row);
    if (fitting >= wanted) return units;
    this.unfinished[k] = 1;
    this.cutFills++;
    return fitting === 0 ? quantity : wholeSteps(quantity + Math.sign(units - quantity) * fitting, step);
  }

  private useVolume(k: number, units: number): void {
    this.rooms[k].take(units, this.portfolio.momentOf(k).row);
  }

  /**
   * The greatest share, of all increases alike, with which what is held and their commissions stay within leverage x
   * equity. What is needed is convex in the share, so that Newton's method comes down to it from 1 and never passes it.
   */
  private affordableShare(equity: number): number {
    const limit = this.leverage * equity;
    const most = limit + moneyTolerance * Math.abs(limit);
    const held = this.heldLoad();
    let share = 1;
    for (this.need(share, held); this.needed > most && share > 0; this.need(share, held)) {
      share -= (this.needed - limit) / this.slope;
    }
    return share > dust ? share : 0;
  }

  /** Load of the positions that are not increased now. */
  private heldLoad(): number {
    const { portfolio, load, target } = this;
    if (portfolio.flat) return 0;
    let sum = 0;
    for (let k = 0; k < load.length; k++) {
      if (portfolio.units[k] !== 0 && Number.isNaN(target[k])) sum += load[k] * Math.abs(portfolio.value(k));
    }
    return sum;
  }

  private need(share: number, held: number): void {
    const { portfolio, orders, target, fill, load } = this;
    this.needed = held;
    this.slope = 0;
    for (let n = 0; n < orders.dueCount; n++) {
      const k = orders.due[n];
      if (Number.isNaN(target[k])) continue;
      const { costs, multiplier, quantity } = portfolio.holdings[k];
      const added = target[k] - quantity;
      const value = added * fill[k] * multiplier;
      const commission = commissionOf(costs, share * value, share * added);
      const { percent, per_unit, minimum } = costs.commission;
      this.needed += load[k] * (quantity * fill[k] * multiplier + share * value) + commission;
      this.slope += load[k] * value + (commission > minimum ? percent * value + per_unit * added : 0);
    }
  }

  private fillIncreases(share: number): void {
    const { portfolio, orders, target } = this;
    for (let n = 0; n < orders.dueCount; n++) {
      const k = orders.due[n];
      if (Number.isNaN(target[k])) continue;
      const { quantity, step } = portfolio.holdings[k];
      const units = share === 1 ? target[k] : wholeSteps(quantity + share * (target[k] - quantity), step);
      if (units > quantity * (1 + dust)) this.fillIncrease(k, units);
      else if (quantity === 0) this.rejected++;
      if (units < target[k] && (quantity > 0 || units > 0)) this.scaled++;
      target[k] = Number.NaN;
    }
  }

  private fillIncrease(k: number, units: number): void {
    const { portfolio, orders } = this;
    this.useVolume(k, units - portfolio.holdings[k].quantity);
    portfolio.increase(k, Math.sign(orders.wished[k]), units);
  }

  /** An order that the bar's volume cut waits for its next bar; every other is done. */
  private spend(): void {
    const { orders, unfinished } = this;
    for (let n = 0; n < orders.dueCount; n++) {
      const k = orders.due[n];
      if (unfinished[k] === 0) orders.cancel(k);
    }
    orders.dueCount = 0;
  }
}
