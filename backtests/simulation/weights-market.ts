import type { Timeline, WishedWeights } from '@stratlab/strategies/wished-weights.ts';
import type { Execution } from '../execution.ts';
import type { InstrumentResult, PortfolioSimulation } from '../simulate-weights.ts';
import type { Trade } from '../trade.ts';
import { maintenanceShare, yearMs } from './conventions.ts';
import { Portfolio } from './portfolio.ts';
import { type Asset, hasUnknownMargin } from './portfolio-preconditions.ts';
import { Rebalancing } from './rebalancing.ts';
import { WishOrders } from './wish-orders.ts';

/** One run: a portfolio and the orders for its wishes, taken through the steps of `wishes` once. */
export class WeightsMarket {
  private readonly timeline: Timeline;
  private readonly assets: readonly Asset[];
  private readonly wishes: WishedWeights;
  private readonly lastStep: number;
  private readonly execution: Execution;
  private readonly initialCapital: number;
  private readonly portfolio: Portfolio;
  private readonly orders: WishOrders;
  private readonly rebalancing: Rebalancing;
  private readonly maintenance: Float64Array;
  private readonly financed: boolean;
  private readonly closesAtEnd: boolean;
  private readonly equity: Float64Array;
  private readonly position: Float64Array;
  private readonly sides: Uint8Array;
  private readonly ones: Float64Array;

  /** Per instrument, the last step at which it can trade: of its last bar, or of the run. */
  private readonly endings: Int32Array;
  /** The instruments in the order of their endings, and how many have ended. */
  private readonly endingOrder: Int32Array;
  private ended = 0;
  private step = -1;
  private unitsBeyondAtEnd = 0;

  constructor(
    timeline: Timeline,
    assets: readonly Asset[],
    wishes: WishedWeights,
    execution: Execution,
    initialCapital: number,
  ) {
    const steps = wishes.endStep - wishes.firstStep;
    this.timeline = timeline;
    this.assets = assets;
    this.wishes = wishes;
    this.lastStep = wishes.endStep - 1;
    this.execution = execution;
    this.initialCapital = initialCapital;
    this.portfolio = new Portfolio(timeline, assets, execution, initialCapital);
    this.orders = new WishOrders(assets.length);
    this.rebalancing = new Rebalancing(this.portfolio, this.orders, assets, execution);
    this.maintenance = Float64Array.from(assets, (asset) => {
      return maintenanceShare * (hasUnknownMargin(asset) ? 1 / execution.leverage : asset.instrument.margin);
    });
    this.financed = Object.values(execution.financing).some((rate) => rate > 0);
    this.closesAtEnd = execution.at_end === 'close_at_last_close';
    this.equity = new Float64Array(steps);
    this.position = new Float64Array(steps);
    this.sides = new Uint8Array(steps);
    this.ones = new Float64Array(assets.length).fill(1);
    const { lastStep } = this;
    this.endings = Int32Array.from(timeline.rows, (rows) => Math.min(lastStep, lastStepWithBar(rows)));
    const { endings } = this;
    this.endingOrder = Int32Array.from(endings.keys()).sort((a, b) => endings[a] - endings[b] || a - b);
  }

  run(): PortfolioSimulation {
    for (this.step = this.wishes.firstStep; this.step <= this.lastStep; this.step++) this.pass();
    this.portfolio.checkBooks();
    return this.result();
  }

  /** One step: what was decided before fills at the open or the close, then the close decides, ends and marks. */
  private pass(): void {
    const { portfolio, orders, step } = this;
    const { fill } = this.execution;
    if (this.financed && step > this.wishes.firstStep) this.finance();
    portfolio.beginStep(step);
    const fillsAtOpen = fill === 'next_open' && !orders.none;
    if (fillsAtOpen || portfolio.atRisk) {
      portfolio.markAtOpen(step);
      this.trade(fillsAtOpen, false);
    }
    portfolio.markAtClose(step);
    this.trade(fill === 'next_close', true);
    this.decide();
    if (fill === 'signal_close') this.trade(true, true);
    this.endHoldings();
    this.mark();
  }

  private finance(): void {
    const { time } = this.timeline;
    const years = (time[this.step] - time[this.step - 1]) / yearMs;
    this.portfolio.finance(years, this.execution.financing);
  }

  /** One instant: what reduces, the margin, then what increases. */
  private trade(fills: boolean, atClose: boolean): void {
    const { orders, rebalancing } = this;
    const filling = fills && !orders.none;
    if (filling) {
      orders.gather(this.timeline.rows, this.step);
      rebalancing.reduce();
    }
    this.callMargin();
    if (filling) rebalancing.increase(atClose ? this.staysOpen : alwaysOpen);
  }

  /** False at the close that an instrument's position is closed at: nothing is opened there. */
  private readonly staysOpen = (k: number): boolean => this.endings[k] > this.step || !this.closesAt(k);

  private closesAt(k: number): boolean {
    return this.closesAtEnd || this.endings[k] < this.lastStep;
  }

  /** Closes everything and withdraws every order; where no equity is left that goes on for ever. */
  private callMargin(): void {
    const { portfolio } = this;
    if (!portfolio.atRisk) return;
    if (portfolio.equity() > portfolio.gross(this.maintenance)) return;
    portfolio.closeAll('liquidation');
    this.orders.cancelAll();
  }

  private decide(): void {
    const { step, endings } = this;
    const { weights, band } = this.wishes;
    const equity = this.portfolio.equity();
    for (let k = 0; k < weights.length; k++) {
      const wish = weights[k][step];
      if (!Number.isNaN(wish) && step <= endings[k]) this.order(k, wish, band, equity);
    }
  }

  /** The newest wish holds, also where it asks for nothing to be done. */
  private order(k: number, wish: number, band: number, equity: number): void {
    const value = this.portfolio.value(k);
    const near = wish === 0 ? value === 0 : band > 0 && Math.abs(wish - value / equity) <= band;
    if (near) this.orders.cancel(k);
    else this.orders.place(k, wish);
  }

  /** Closes what ends at this close: bars that are over before the run is, or the run itself. */
  private endHoldings(): void {
    const { portfolio, orders, endings, endingOrder } = this;
    for (; this.ended < endingOrder.length && endings[endingOrder[this.ended]] <= this.step; this.ended++) {
      const k = endingOrder[this.ended];
      orders.cancel(k);
      if (portfolio.units[k] === 0 || !this.closesAt(k)) continue;
      this.unitsBeyondAtEnd += this.rebalancing.beyondVolume(k);
      portfolio.reduce(k, 0, 'end_of_data');
    }
  }

  private mark(): void {
    const { portfolio } = this;
    const row = this.step - this.wishes.firstStep;
    const equity = portfolio.equity();
    this.equity[row] = equity;
    this.position[row] = portfolio.flat ? 0 : portfolio.gross(this.ones) / equity;
    this.sides[row] = portfolio.sides;
  }

  private result(): PortfolioSimulation {
    const { portfolio, timeline, wishes } = this;
    const { commissionPaid, slippagePaid, financingPaid, tradedNotional } = portfolio.ledger;
    const { holdings } = portfolio;
    const { time } = timeline;
    const openTrades = this.openTrades();
    let trades: Trade[] | undefined;
    return {
      firstBar: wishes.firstStep,
      time: time.subarray(wishes.firstStep, wishes.endStep),
      equity: this.equity,
      position: this.position,
      sides: this.sides,
      get trades() {
        trades ??= inOrderOfExit(holdings.map(({ log }) => log.trades(time)));
        return trades;
      },
      openTrade: openTrades.length === 1 ? openTrades[0] : null,
      openTrades,
      instruments: this.instrumentResults(),
      initialCapital: this.initialCapital,
      commissionPaid,
      slippagePaid,
      financingPaid,
      tradedNotional,
      ambiguousExits: 0,
      rejectedOrders: this.rebalancing.rejected,
      scaledOrders: this.rebalancing.scaled,
      ...(this.execution.volume_limit === null ? {} : { volumeLimited: this.volumeLimited() }),
    };
  }

  private volumeLimited(): { cutFills: number; unitsBeyondAtEnd: number } {
    return { cutFills: this.rebalancing.cutFills, unitsBeyondAtEnd: this.unitsBeyondAtEnd };
  }

  private openTrades(): Trade[] {
    const { portfolio, timeline } = this;
    return portfolio.holdings.flatMap((holding, k) => {
      return holding.marked(portfolio.momentOf(k)).trades(timeline.time);
    });
  }

  private instrumentResults(): InstrumentResult[] {
    const { holdings, units, prices } = this.portfolio;
    return this.assets.map(({ instrument }, k) => ({
      symbol: instrument.symbol,
      units: units[k],
      price: prices[k],
      pnl: holdings[k].closedPnl + holdings[k].openPnl(prices[k]),
      tradedNotional: holdings[k].tradedNotional,
    }));
  }
}

function alwaysOpen(): boolean {
  return true;
}

function lastStepWithBar(rows: Int32Array): number {
  let step = rows.length - 1;
  while (step >= 0 && rows[step] < 0) step--;
  return step;
}

function inOrderOfExit(lists: Trade[][]): Trade[] {
  return lists.length === 1 ? lists[0] : lists.flat().sort((a, b) => a.exitBar - b.exitBar);
}
