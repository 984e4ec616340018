import type { Bars } from '@stratlab/data/bars.ts';
import { LabError } from '@stratlab/data/error.ts';
import type { Instrument } from '@stratlab/data/instrument.ts';
import type { PositionState } from '@stratlab/strategies/position-state.ts';
import { averageTrueRange } from '@stratlab/strategies/true-range.ts';
import { resolveCosts } from '../costs.ts';
import type { DecisionPrices, Decisions, StateFormula } from '../decisions.ts';
import type { DrawdownWatch } from '../drawdowns.ts';
import type { Execution } from '../execution.ts';
import type { Quotes } from '../quotes.ts';
import type { ExitReason, Simulation, Trade } from '../trade.ts';
import './inlining.ts';
import { Account } from './account.ts';
import { Bracket, type BracketContext } from './bracket.ts';
import { maintenanceShare, moneyTolerance, yearMs } from './conventions.ts';
import { DecisionReader } from './decision-reader.ts';
import type { EntryFill } from './entry-fill.ts';
import { EntryOrder, type SignedBar } from './entry-order.ts';
import { EntrySizer } from './entry-sizer.ts';
import { checkPrices } from './preconditions.ts';
import type { QuietBars } from './quiet-bars.ts';
import { readAhead } from './read-ahead.ts';
import { readSignedBar } from './signed-bar.ts';
import type { TradeLog } from './trade-log.ts';
import { VolumeRoom } from './volume-room.ts';

const atrPeriod = 14;
/** Prices are checked in blocks just before they are traded, while the cache holds them. */
const blockOfBars = 4096;

/** One run: an account, its resting orders and what is pending, taken through the bars of `decisions` once. */
export class SimulatedMarket {
  private readonly bars: Bars;
  /** What is bought at, and sold at: the traded bars where there are no quotes. */
  private readonly asks: Bars;
  private readonly bids: Bars;
  private readonly asked: DecisionReader;
  private readonly exitLongAt: StateFormula<boolean> | null;
  private readonly exitShortAt: StateFormula<boolean> | null;
  private readonly prices: DecisionPrices;
  private readonly firstBar: number;
  private readonly lastBar: number;
  private readonly execution: Execution;
  private readonly account: Account;
  private readonly sizer: EntrySizer;
  private readonly room: VolumeRoom;
  private readonly bracket: Bracket;
  private readonly order: EntryOrder;
  private readonly quiet: QuietBars;
  private readonly initialCapital: number;
  private readonly atr: Float64Array | null;
  private readonly maintenance: number;
  private readonly financed: boolean;
  private readonly fillsAtOpen: boolean;
  private readonly fillsAtNextClose: boolean;
  private readonly fillsAtSignalClose: boolean;
  private readonly closesAtEnd: boolean;

  private pendingExit: ExitReason | null = null;
  /** Units that the pending exit closes, Infinity for all; 0 without one. */
  private pendingUnits = 0;
  /** An exit of the whole position has reached the market and is not done: nothing but it can happen to the position. */
  private leaving = false;
  /** The volume of the last entry's bar left some of its wish for later. */
  private entryGoesOn = false;
  private restOfWish = 0;
  private unitsBeyondAtEnd = 0;
  private pendingSide = 0;
  private pendingBar = -1;
  /** The last bar that the position is known to have lived through with nothing filled, where its close decides. */
  private livedThrough = -1;
  private watch: DrawdownWatch | null = null;
  private ambiguousExits = 0;
  private rejectedOrders = 0;
  private readonly state: PositionState = { ...flat };
  private readonly levels: BracketContext;
  private readonly entry: EntryFill = { ...unfilled };
  /** The bar as the position's closing side sees it, and as an entry does: the same object without quotes. */
  private readonly bar: SignedBar = { ...unread };
  private readonly entryBar: SignedBar;

  constructor(
    bars: Bars,
    decisions: Decisions,
    execution: Execution,
    instrument: Instrument,
    initialCapital: number,
    log: TradeLog,
    quiet: QuietBars,
    quotes: Quotes | null = null,
  ) {
    const costs = resolveCosts(execution, instrument);
    const step = execution.quantity_step === 'auto' ? instrument.quantity_step : execution.quantity_step;
    this.bars = bars;
    this.asks = quotes?.ask ?? bars;
    this.bids = quotes?.bid ?? bars;
    this.asked = new DecisionReader(decisions);
    this.exitLongAt = decisions.exitLongAt;
    this.exitShortAt = decisions.exitShortAt;
    this.prices = decisions.prices;
    this.firstBar = decisions.firstBar;
    this.lastBar = decisions.endBar - 1;
    this.execution = execution;
    this.initialCapital = initialCapital;
    this.account = new Account(initialCapital, bars, costs, instrument, log);
    this.room = new VolumeRoom(bars.volume, execution.volume_limit, step);
    this.sizer = new EntrySizer(this.account, execution, costs, decisions.strength, step, this.room, bars);
    this.bracket = new Bracket(execution, decisions.prices);
    this.order = new EntryOrder(execution);
    this.quiet = quiet;
    this.atr = usesAtr(execution) ? averageTrueRange(bars, atrPeriod) : null;
    this.entryBar = quotes === null ? this.bar : { ...unread };
    const atr = Number.NaN;
    this.levels = { side: 0, fill: atr, quantity: 0, step, decisionBar: -1, atr, state: this.state };
    this.maintenance = maintenanceShare * Math.min(instrument.margin, 1 / execution.leverage);
    this.financed = Object.values(execution.financing).some((rate) => rate > 0);
    this.fillsAtOpen = execution.fill === 'next_open';
    this.fillsAtNextClose = execution.fill === 'next_close';
    this.fillsAtSignalClose = execution.fill === 'signal_close';
    this.closesAtEnd = execution.at_end === 'close_at_last_close';
  }

  /** The whole run; the prices of bars from `tradable` on are checked first. */
  run(tradable: number): Simulation {
    const { bars, lastBar } = this;
    let t = this.firstBar;
    for (let from = 0; from <= lastBar; from += blockOfBars) {
      const end = Math.min(from + blockOfBars, lastBar + 1);
      if (end > tradable) checkPrices(bars, end, from);
      else readAhead(bars.open, from, end);
      t = this.pass(t, end);
    }
    return this.result();
  }

  /**
   * A run over prices that have been checked, of which no columns are kept: the equity goes to `watch`, and to
   * `sessionEquity` as it is after each of the bars `sessionEnds`, the last of which ends the run.
   */
  runWatched(watch: DrawdownWatch, sessionEnds: Int32Array, sessionEquity: Float64Array): void {
    const { account, bars } = this;
    this.watch = watch;
    let t = this.firstBar;
    for (let k = 0; k < sessionEnds.length; k++) {
      t = this.pass(t, sessionEnds[k] + 1);
      sessionEquity[k] = account.equityAt(bars.close[sessionEnds[k]]);
    }
    this.checkBooks();
  }

  /** Takes the bars from `from` to `end` (exclusive); gives the next one. */
  private pass(from: number, end: number): number {
    const quietEnd = Math.min(end, this.lastBar);
    let t = from;
    while (t < end) {
      this.openBar(t);
      t = this.passQuietBars(t, quietEnd);
      if (t === end) break;
      if (this.livedThrough !== t) this.liveBar(t);
      this.closeBar(t);
      t++;
    }
    return t;
  }

  /**
   * Passes the bars from `t`, which is open, in which nothing can happen but that the price moves, and gives the first one
   * in which something may. Any bar may be left to `liveBar` and `closeBar`; a quiet one they would mark just so.
   */
  private passQuietBars(t: number, end: number): number {
    if (this.financed || this.isPending() || this.order.side !== 0) return t;
    if (this.watch !== null) return this.watchQuietBars(this.watch, t, end);
    return this.account.side === 0 ? this.stayFlat(t, end) : this.hold(t, Math.min(end, this.maxHoldingBar()));
  }

  private watchQuietBars(watch: DrawdownWatch, from: number, end: number): number {
    const { account, bars, firstBar, quiet } = this;
    const { side, cash, multiplier } = account;
    if (side === 0) {
      const next = this.asked.nextEntry(from, end);
      if (next > from) watch.see(cash);
      return next;
    }
    const heldEnd = Math.min(end, this.maxHoldingBar());
    if (this.isUnprotected()) {
      const next = this.asked.nextExit(side, from, heldEnd);
      watch.seeHeld(bars.close, from, next, cash, side * account.quantity, multiplier);
      return next;
    }
    const next = this.hold(from, heldEnd);
    for (let t = from; t < next; t++) watch.see(quiet.equity[t - firstBar]);
    return next;
  }

  private stayFlat(from: number, end: number): number {
    const next = this.asked.nextEntry(from, end);
    this.quiet.rest(from, next, this.account.cash);
    return next;
  }

  private hold(from: number, end: number): number {
    const { account, bracket, quiet } = this;
    if ((account.side > 0 ? this.exitLongAt : this.exitShortAt) !== null || this.prices.trailing !== undefined)
      return from;
    const deciding = this.asked.nextExit(account.side, from, end);
    const next = quiet.hold(account, bracket, from, Math.min(deciding + 1, end));
    if (next <= deciding) return next;
    this.livedThrough = deciding;
    return deciding;
  }

  /** True where nothing but the columns of decisions can close the position before its `maxHoldingBar`. */
  private isUnprotected(): boolean {
    const { bracket, exitLongAt, exitShortAt, prices } = this;
    return bracket.empty && exitLongAt === null && exitShortAt === null && prices.trailing === undefined;
  }

  private mark(t: number, equity: number, units: number): void {
    if (this.watch !== null) {
      this.watch.see(equity);
    } else {
      this.quiet.equity[t - this.firstBar] = equity;
      this.quiet.position[t - this.firstBar] = units;
    }
  }

  /** What was decided before fills at the open. */
  private openBar(t: number): void {
    if (this.financed && t > this.firstBar) this.finance(t);
    if (this.fillsAtOpen && this.isPending()) this.fillPending(t, true);
  }

  /** The bar passes: resting orders fill. */
  private liveBar(t: number): void {
    if (this.account.side !== 0) this.passBar(t);
    else if (this.order.side !== 0) this.tryOrder(t);
  }

  /** The close fills, decides and marks. */
  private closeBar(t: number): void {
    const { account, quiet } = this;
    if (this.fillsAtNextClose) this.fillPending(t, false);
    this.decide(t);
    if (this.fillsAtSignalClose) this.fillPending(t, false);
    if (t === this.lastBar && this.closesAtEnd) this.closeAtEnd(t);
    this.mark(t, account.side === 0 ? account.cash : account.equityAt(quiet.close[t]), account.side * account.quantity);
  }

  private result(): Simulation {
    const { account, bars, firstBar, lastBar } = this;
    let trades: Trade[] | undefined;
    this.checkBooks();
    return {
      firstBar,
      time: bars.time.subarray(firstBar),
      equity: this.quiet.equity,
      position: this.quiet.position,
      heldBars: account.heldBars(lastBar),
      tradeColumns: account.log.columns,
      get trades() {
        trades ??= account.log.trades(bars.time);
        return trades;
      },
      openTrade: account.marked(bars.close[lastBar], lastBar),
      initialCapital: this.initialCapital,
      commissionPaid: account.commissionPaid,
      slippagePaid: account.slippagePaid,
      financingPaid: account.financingPaid,
      tradedNotional: account.tradedNotional,
      ambiguousExits: this.ambiguousExits,
      rejectedOrders: this.rejectedOrders,
      ...(this.execution.volume_limit === null ? {} : { volumeLimited: this.volumeLimited() }),
    };
  }

  private volumeLimited(): { cutFills: number; unitsBeyondAtEnd: number } {
    return { cutFills: this.room.cutFills, unitsBeyondAtEnd: this.unitsBeyondAtEnd };
  }

  private finance(t: number): void {
    const { short_borrow_annual: short, cash_annual: cash, margin_annual: margin } = this.execution.financing;
    const years = (this.bars.time[t] - this.bars.time[t - 1]) / yearMs;
    this.account.finance(this.bars.close[t - 1], years, { short, cash, margin });
    this.setLiquidation();
  }

  private isPending(): boolean {
    return this.pendingSide !== 0 || this.pendingExit !== null;
  }

  /** Fills the market orders that were decided: the exit first, then, once flat, the entry. */
  private fillPending(t: number, atOpen: boolean): void {
    const { account } = this;
    if (this.pendingExit !== null)
      this.exit(t, this.quoted(-account.side, t, atOpen), this.pendingExit, this.pendingUnits);
    const side = this.pendingSide;
    if (side === 0 || account.side === -side) return;
    const closesAtOnce = !atOpen && t === this.lastBar && this.closesAtEnd;
    this.entryGoesOn = false;
    if (!closesAtOnce) this.buy(side, this.pendingBar, t, this.quoted(side, t, atOpen), true);
    if (!this.entryGoesOn) this.pendingSide = 0;
  }

  /** What an order of this side pays at the open or the close. */
  private quoted(side: number, t: number, atOpen: boolean): number {
    const bars = side > 0 ? this.asks : this.bids;
    return atOpen ? bars.open[t] : bars.close[t];
  }

  /** An open position lives through the whole bar. */
  private passBar(t: number): void {
    const { account, order } = this;
    if (order.side === account.side && !this.leaving) this.goOnWithOrder(t);
    if (this.watch !== null && this.isUnprotected()) return;
    this.setBars(t, account.side);
    if (this.leaving) account.see(this.bar.best, this.bar.worst);
    else this.protect(t);
  }

  private tryOrder(t: number): void {
    const { order, entryBar, bar } = this;
    const { side } = order;
    this.setBars(t, side);
    const signedFill = t > order.lastBar ? Number.NaN : order.fillIn(entryBar, bar);
    this.entryGoesOn = true;
    const filled = !Number.isNaN(signedFill);
    const opened = filled && this.buy(side, order.decisionBar, t, side * signedFill, order.atMarket);
    if (!this.entryGoesOn || t >= order.lastBar) order.cancel();
    if (opened) this.protect(t);
  }

  /**
   * What the volume has left of a resting entry, while its position is open. It lies before the stop, so that it fills
   * before the bracket looks at the bar; a gap through the stop, or a target that comes first, ends it.
   */
  private goOnWithOrder(t: number): void {
    const { order, entryBar, bar, bracket } = this;
    const { side } = order;
    this.setBars(t, side);
    const stopped = bar.worst <= bracket.level;
    const leftFirst = bar.open <= bracket.level || (bracket.reached(bar.best) && !(stopped && this.stopComesFirst()));
    const signedFill = leftFirst || t > order.lastBar ? Number.NaN : order.fillIn(entryBar);
    this.entryGoesOn = true;
    if (!Number.isNaN(signedFill)) this.buy(side, order.decisionBar, t, side * signedFill, order.atMarket);
    if (!this.entryGoesOn || t >= order.lastBar) order.cancel();
  }

  /** The bar of a position of this side, and that of an entry to it. */
  private setBars(t: number, side: number): void {
    const { bar, entryBar, asks, bids } = this;
    readSignedBar(bar, side > 0 ? bids : asks, t, side);
    if (entryBar !== bar) readSignedBar(entryBar, side > 0 ? asks : bids, t, side);
  }

  /** Stops and targets within `this.bar`, or what is left of it after an entry. */
  private protect(t: number): void {
    const { account, bracket, bar } = this;
    const level = bracket.level;
    if (bar.worst > level && !bracket.reached(bar.best)) this.survive(t);
    else if (bar.open <= level) this.exit(t, account.side * bar.open, bracket.reason);
    else this.exitWithin(t, level);
  }

  private exitWithin(t: number, level: number): void {
    const { account, bracket, bar } = this;
    this.takeTargets(t, bar.open);
    if (account.side === 0 || this.leaving) return;
    const stopped = bar.worst <= level;
    const reached = bracket.reached(bar.best);
    if (this.isAmbiguous(level, stopped, reached)) this.ambiguousExits++;
    if (reached && !(stopped && this.stopComesFirst())) this.takeTargets(t, bar.best);
    if (account.side === 0 || this.leaving) return;
    if (stopped) this.exit(t, account.side * level, bracket.reason);
    else this.survive(t);
  }

  private isAmbiguous(level: number, stopped: boolean, reached: boolean): boolean {
    const { bar, bracket } = this;
    if (stopped && (reached || bar.sureWorst > level)) return true;
    return reached && !bracket.reached(bar.sureBest);
  }

  private stopComesFirst(): boolean {
    const { intrabar } = this.execution;
    return intrabar === 'pessimistic' || (intrabar === 'open_high_low_close' && this.account.side < 0);
  }

  /** Closes at every target that `best` reaches: a limit order, so at the target or at an open beyond it. */
  private takeTargets(t: number, best: number): void {
    const { account, bracket, bar, room } = this;
    while (account.side !== 0 && !this.leaving && bracket.reached(best)) {
      const price = account.side * Math.max(bar.open, bracket.target);
      const owed = Number.isFinite(this.pendingUnits) ? this.pendingUnits : 0;
      const wanted = Math.min(account.quantity - owed, bracket.takeTarget());
      const quantity = room.take(wanted, t);
      this.endEntry();
      if (quantity > 0) account.close(quantity, price, t, 'take_profit', false);
      if (quantity < wanted) this.owe(wanted - quantity);
      this.setLiquidation();
    }
  }

  /** Units of a target that the volume left over: a market order, unless everything is on its way out already. */
  private owe(units: number): void {
    if (this.pendingUnits === Number.POSITIVE_INFINITY) return;
    this.pendingExit = 'take_profit';
    this.pendingUnits += units;
    if (this.pendingUnits < this.account.quantity) return;
    this.pendingUnits = Number.POSITIVE_INFINITY;
    this.leaving = true;
  }

  /** Asks to leave at the next fill with the whole position. */
  private requestExit(reason: ExitReason): void {
    this.pendingExit = reason;
    this.pendingUnits = Number.POSITIVE_INFINITY;
    this.endEntry();
  }

  /** What is left of the entry of the open position is not bought any more. */
  private endEntry(): void {
    const { side } = this.account;
    if (this.pendingSide === side) this.pendingSide = 0;
    if (this.order.side === side) this.order.cancel();
  }

  private survive(t: number): void {
    const { account, bracket, bar } = this;
    account.see(bar.best, bar.worst);
    bracket.trailTo(account.best);
    if (t === this.lastBar) return;
    const { trailing } = this.prices;
    if (trailing !== undefined) bracket.tighten(account.side * trailing(t, this.stateAt(t)));
  }

  /** Closes up to `units` at the market; what the volume leaves over stays pending. */
  private exit(t: number, price: number, reason: ExitReason, units = Number.POSITIVE_INFINITY): void {
    const { account, room } = this;
    this.pendingExit = null;
    this.pendingUnits = 0;
    if (account.side === 0) return;
    const all = units >= account.quantity;
    const wanted = all ? account.quantity : units;
    const quantity = room.take(wanted, t);
    this.endEntry();
    if (quantity > 0) account.close(quantity, price, t, reason, true);
    this.leaving = false;
    if (account.side !== 0) this.goOnLeaving(reason, wanted - quantity, all);
  }

  /** What is left of an exit in the market; of all the position nothing stays. */
  private goOnLeaving(reason: ExitReason, left: number, all: boolean): void {
    this.setLiquidation();
    if (left === 0) return;
    this.leaving = all;
    this.pendingExit = reason;
    this.pendingUnits = all ? Number.POSITIVE_INFINITY : left;
  }

  /** The end knows no limit of volume. */
  private closeAtEnd(t: number): void {
    const { account, room } = this;
    if (account.side === 0) return;
    this.unitsBeyondAtEnd = account.quantity - room.take(account.quantity, t);
    account.close(account.quantity, this.quoted(-account.side, t, false), t, 'end_of_data', true);
  }

  /** An entry at a price: opens a position, or goes on with the one that it has begun. False where nothing is bought. */
  private buy(side: number, decisionBar: number, t: number, price: number, atMarket: boolean): boolean {
    const { entry } = this;
    entry.side = side;
    entry.price = price;
    entry.bar = t;
    entry.atMarket = atMarket;
    return this.account.side === 0 ? this.enter(decisionBar) : this.enterFurther();
  }

  /** Sizes, checks and fills an entry; false where it is dropped, or waits for volume. */
  private enter(decisionBar: number): boolean {
    const { account, entry, sizer } = this;
    const wish = sizer.wish(decisionBar);
    sizer.size(wish, entry);
    this.entryGoesOn = entry.quantity < entry.wanted;
    if (this.entryGoesOn && entry.quantity === 0) return false;
    if (!(entry.quantity > 0) || !sizer.canAfford(entry) || !this.placeBracket(entry, decisionBar))
      return this.reject();
    account.open(entry);
    if (this.entryGoesOn) this.restOfWish = sizer.left(wish, entry);
    this.setLiquidation();
    return true;
  }

  /** Buys of what the volume has left of an entry; false where nothing is bought. */
  private enterFurther(): boolean {
    const { account, bracket, entry, sizer } = this;
    sizer.size(this.restOfWish, entry);
    this.entryGoesOn = entry.quantity < entry.wanted;
    if (entry.quantity === 0) return false;
    if (!sizer.canAfford(entry)) return this.reject();
    account.add(entry);
    bracket.sizeTargets(account.quantity);
    this.restOfWish = sizer.left(this.restOfWish, entry);
    this.setLiquidation();
    return true;
  }

  private reject(): false {
    this.rejectedOrders++;
    this.entryGoesOn = false;
    return false;
  }

  private placeBracket({ side, quantity, fill }: EntryFill, decisionBar: number): boolean {
    const { bracket, levels, state } = this;
    state.position = side;
    state.bars_held = 0;
    state.entry_price = state.best_since_entry = fill;
    state.open_return = 0;
    levels.side = side;
    levels.fill = fill;
    levels.quantity = quantity;
    levels.decisionBar = decisionBar;
    levels.atr = this.atr === null ? Number.NaN : this.atr[decisionBar];
    return bracket.place(levels);
  }

  /** Price at which equity is down to the maintenance margin; equity = maintenance x position value, solved for it. */
  private setLiquidation(): void {
    const { account, bracket, maintenance } = this;
    const { side, quantity, cash, multiplier } = account;
    const safe = side === 0 || (side > 0 && cash >= 0);
    bracket.liquidation = safe
      ? Number.NEGATIVE_INFINITY
      : (-side * cash) / (quantity * multiplier * (side - maintenance));
  }

  private decide(t: number): void {
    if (this.account.side === 0 || this.leaving) this.decideFlat(t);
    else this.decideOpen(t);
  }

  /** Also while a position is leaving: an entry of the other side then waits until it is gone. */
  private decideFlat(t: number): void {
    const side = this.asked.entryAt(t);
    if (side === 0) this.withdraw(t);
    else if (side !== this.account.side) this.requestEntry(side, t, 0);
  }

  /** Takes back an entry that is not filled yet, where this close asks to leave its side. */
  private withdraw(t: number): void {
    const { order } = this;
    const side = order.side === 0 ? this.pendingSide : order.side;
    if (side === 0 || !this.asked.leaves(side, t)) return;
    order.cancel();
    this.pendingSide = 0;
  }

  private decideOpen(t: number): void {
    const { account } = this;
    if (this.asked.entryAt(t) === -account.side) {
      this.requestExit('reversal');
      this.requestEntry(-account.side, t, this.fillsAtNextClose ? 1 : 0);
    } else if (this.wantsExit(t)) {
      this.requestExit('signal');
    } else if (t >= this.maxHoldingBar()) {
      this.requestExit('max_holding');
    }
  }

  /** The bar at whose close a position that is still open asks to leave; without such a rule one behind the last. */
  private maxHoldingBar(): number {
    const { max_holding_bars: most } = this.execution;
    return most === null ? this.lastBar + 1 : this.account.entryBar + most - (this.fillsAtSignalClose ? 0 : 1);
  }

  private wantsExit(t: number): boolean {
    const { side } = this.account;
    if (this.asked.leaves(side, t)) return true;
    const formula = side > 0 ? this.exitLongAt : this.exitShortAt;
    return formula?.(t, this.stateAt(t)) ?? false;
  }

  /** A market order for the next fill, or an order that rests for `valid_bars` (and `extra`) after this bar. */
  private requestEntry(side: number, t: number, extra: number): void {
    const { entry } = this.execution;
    this.asked.noteEntry(t);
    if (entry.order === 'market') {
      this.pendingSide = side;
      this.pendingBar = t;
      return;
    }
    const { entry: priceAt, entryLimit: limitAt } = this.prices;
    const price = priceAt?.(t, flat) ?? Number.NaN;
    const limit = limitAt?.(t, flat) ?? Number.NaN;
    if (price > 0 && (limit > 0 || entry.order !== 'stop_limit')) {
      this.order.place(side, price, limit, t, t + entry.valid_bars + extra);
    } else {
      this.order.cancel();
      this.rejectedOrders++;
    }
  }

  private stateAt(t: number): Readonly<PositionState> {
    const { account, state } = this;
    state.position = account.side;
    state.bars_held = t - account.entryBar;
    state.entry_price = account.entryPrice;
    state.open_return = account.side * (this.bars.close[t] / account.entryPrice - 1);
    state.best_since_entry = account.side * account.best;
    return state;
  }

  /** Money made trade by trade against the ledger of cash and position: two ways to the same sum. */
  private checkBooks(): void {
    const { account, bars, initialCapital, lastBar } = this;
    const price = bars.close[lastBar];
    const open = account.marked(price, lastBar)?.pnl ?? 0;
    const expected = initialCapital + account.closedPnl + open - account.financingPaid;
    const difference = Math.abs(expected - account.equityAt(price));
    if (difference <= moneyTolerance * (initialCapital + account.tradedNotional)) return;
    throw new LabError('internal', `The books of a simulation do not balance: ${difference} is missing.`);
  }
}

const unread: Readonly<SignedBar> = { open: 0, best: 0, worst: 0, sureBest: 0, sureWorst: 0, close: 0 };

const unknown = Number.NaN;
const unfilled: Readonly<EntryFill> = {
  side: 0,
  price: unknown,
  bar: -1,
  atMarket: false,
  wanted: unknown,
  quantity: unknown,
  fill: unknown,
};

const flat: Readonly<PositionState> = {
  position: 0,
  bars_held: Number.NaN,
  entry_price: Number.NaN,
  open_return: Number.NaN,
  best_since_entry: Number.NaN,
};

function usesAtr({ stop_loss, trailing_stop, take_profit }: Execution): boolean {
  return [stop_loss, trailing_stop, ...(take_profit ?? [])].some((rule) => rule?.atr !== undefined);
}
