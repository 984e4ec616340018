import type { Bars } from '@stratlab/data/bars.ts';
import { LabError } from '@stratlab/data/error.ts';
import type { Instrument } from '@stratlab/data/instrument.ts';
import type { PositionState } from '@stratlab/strategies/position-state.ts';
import { averageTrueRange } from '@stratlab/strategies/true-range.ts';
import { type Costs, commissionOf, resolveCosts } from '../costs.ts';
import type { DecisionPrices, Decisions, StateFormula } from '../decisions.ts';
import type { DrawdownWatch } from '../drawdowns.ts';
import type { Execution } from '../execution.ts';
import type { ExitReason, Simulation, Trade } from '../trade.ts';
import { Account } from './account.ts';
import { Bracket, type BracketContext } from './bracket.ts';
import { EntryOrder, type SignedBar } from './entry-order.ts';
import { checkPrices } from './preconditions.ts';
import { affordableUnits, type SizingContext, wholeSteps, wishedExposure } from './sizing.ts';
import type { Workspace } from './workspace.ts';

const yearMs = 365 * 86_400_000;
const atrPeriod = 14;
/** Relative slack for sums of money that are equal but for rounding. */
const moneyTolerance = 1e-9;
/** A broker closes a position when equity falls to this share of the margin it was opened on. */
const maintenanceShare = 0.5;
/** Prices are checked in blocks just before they are traded, while the cache holds them. */
const checkedBars = 4096;

/** One run: an account, its resting orders and what is pending, taken through the bars of `decisions` once. */
export class SimulatedMarket {
  private readonly bars: Bars;
  private readonly enterLong: Uint8Array;
  private readonly exitLong: Uint8Array;
  private readonly enterShort: Uint8Array;
  private readonly exitShort: Uint8Array;
  private readonly exitLongAt: StateFormula<boolean> | null;
  private readonly exitShortAt: StateFormula<boolean> | null;
  private readonly prices: DecisionPrices;
  private readonly strength: Float64Array | null;
  private readonly minSeparation: number;
  private readonly firstBar: number;
  private readonly lastBar: number;
  private readonly execution: Execution;
  private readonly costs: Costs;
  private readonly account: Account;
  private readonly bracket: Bracket;
  private readonly order: EntryOrder;
  private readonly equity: Float64Array;
  private readonly position: Float64Array;
  private readonly initialCapital: number;
  private readonly atr: Float64Array | null;
  private readonly quantityStep: number;
  private readonly maintenance: number;
  private readonly financed: boolean;
  private readonly fillsAtOpen: boolean;
  private readonly fillsAtNextClose: boolean;
  private readonly fillsAtSignalClose: boolean;
  private readonly closesAtEnd: boolean;

  private pendingExit: ExitReason | null = null;
  private pendingSide = 0;
  private pendingBar = -1;
  private lastEntryDecision = Number.NEGATIVE_INFINITY;
  private watch: DrawdownWatch | null = null;
  private deciding: Int32Array = new Int32Array(0);
  private nextDeciding = 0;
  private ambiguousExits = 0;
  private rejectedOrders = 0;
  private readonly state: PositionState = { ...flat };
  private readonly sizing: SizingContext;
  private readonly levels: BracketContext;
  private readonly bar: SignedBar = { open: 0, best: 0, worst: 0, sureBest: 0, sureWorst: 0, close: 0 };

  constructor(
    bars: Bars,
    decisions: Decisions,
    execution: Execution,
    instrument: Instrument,
    initialCapital: number,
    workspace: Workspace,
  ) {
    const { time, close } = bars;
    const { equity, position } = workspace.columns(decisions.endBar - decisions.firstBar);
    workspace.log.clear();
    this.bars = bars;
    this.enterLong = decisions.enterLong;
    this.exitLong = decisions.exitLong;
    this.enterShort = decisions.enterShort;
    this.exitShort = decisions.exitShort;
    this.exitLongAt = decisions.exitLongAt;
    this.exitShortAt = decisions.exitShortAt;
    this.prices = decisions.prices;
    this.strength = decisions.strength;
    this.minSeparation = decisions.minSeparation;
    this.firstBar = decisions.firstBar;
    this.lastBar = decisions.endBar - 1;
    this.execution = execution;
    this.initialCapital = initialCapital;
    this.costs = resolveCosts(execution, instrument);
    this.account = new Account(initialCapital, bars, this.costs, instrument, workspace.log);
    this.bracket = new Bracket(execution, decisions.prices);
    this.order = new EntryOrder(execution);
    this.equity = equity;
    this.position = position;
    this.atr = usesAtr(execution) ? averageTrueRange(bars, atrPeriod) : null;
    this.quantityStep = execution.quantity_step === 'auto' ? instrument.quantity_step : execution.quantity_step;
    this.sizing = { time, close, decisionBar: -1, strength: Number.NaN, record: this.account.record };
    const atr = Number.NaN;
    this.levels = { side: 0, fill: atr, quantity: 0, step: this.quantityStep, decisionBar: -1, atr, state: this.state };
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
    for (let from = tradable; from <= lastBar; from += checkedBars) {
      const end = Math.min(from + checkedBars, lastBar + 1);
      checkPrices(bars, end, from);
      t = this.pass(t, end);
    }
    this.pass(t, lastBar + 1);
    return this.result();
  }

  /**
   * A run over prices that have been checked, of which no columns are kept: the equity goes to `watch`, and to
   * `sessionEquity` as it is after each of the bars `sessionEnds`, the last of which ends the run. Only the bars
   * `deciding`, ascending, have a decision; a later one stands behind the last.
   */
  runWatched(watch: DrawdownWatch, deciding: Int32Array, sessionEnds: Int32Array, sessionEquity: Float64Array): void {
    const { account, bars } = this;
    this.watch = watch;
    this.deciding = deciding;
    let t = this.firstBar;
    for (let k = 0; k < sessionEnds.length; k++) {
      t = this.pass(t, sessionEnds[k] + 1);
      sessionEquity[k] = account.equityAt(bars.close[sessionEnds[k]]);
    }
    this.checkBooks();
  }

  /** Takes the bars from `t` to `end` (exclusive); gives the next one. */
  private pass(from: number, end: number): number {
    const quietEnd = Math.min(end, this.lastBar);
    let t = from;
    while (t < end) {
      this.step(t);
      t = this.passQuietBars(t + 1, quietEnd);
    }
    return t;
  }

  /**
   * Passes the bars from `t` on in which nothing can happen but that the price moves, and gives the first one in which
   * something may: `step` decides what. Any bar may be left to it; a quiet one it would mark just so.
   */
  private passQuietBars(t: number, end: number): number {
    if (this.financed || this.isPending() || this.order.side !== 0) return t;
    if (this.watch !== null) return this.watchQuietBars(this.watch, t, end);
    return this.account.side === 0 ? this.stayFlat(t, end) : this.hold(t, Math.min(end, this.maxHoldingBar()));
  }

  private watchQuietBars(watch: DrawdownWatch, from: number, end: number): number {
    const { account, bars, deciding, equity, firstBar } = this;
    const { side, cash, multiplier } = account;
    while (deciding[this.nextDeciding] < from) this.nextDeciding++;
    const quietEnd = Math.max(from, Math.min(end, deciding[this.nextDeciding]));
    if (side === 0) {
      watch.see(cash);
      return quietEnd;
    }
    const heldEnd = Math.min(quietEnd, this.maxHoldingBar());
    if (this.isUnprotected()) {
      watch.seeHeld(bars.close, from, heldEnd, cash, side * account.quantity, multiplier);
      return Math.max(from, heldEnd);
    }
    const next = this.hold(from, heldEnd);
    for (let t = from; t < next; t++) watch.see(equity[t - firstBar]);
    return next;
  }

  private stayFlat(from: number, end: number): number {
    const { enterLong, enterShort, equity, position, firstBar } = this;
    const { cash } = this.account;
    let t = from;
    for (; t < end && (enterLong[t] | enterShort[t]) === 0; t++) {
      equity[t - firstBar] = cash;
      position[t - firstBar] = 0;
    }
    return t;
  }

  private hold(from: number, end: number): number {
    const { account, bars, bracket, equity, position, firstBar } = this;
    const { side, cash, multiplier } = account;
    const long = side > 0;
    if ((long ? this.exitLongAt : this.exitShortAt) !== null || this.prices.trailing !== undefined) return from;
    const exit = long ? this.exitLong : this.exitShort;
    const opposite = long ? this.enterShort : this.enterLong;
    const better = long ? bars.high : bars.low;
    const worse = long ? bars.low : bars.high;
    const { close } = bars;
    const units = side * account.quantity;
    const { target, trails } = bracket;
    let { level } = bracket;
    let { best, worst } = account;
    let t = from;
    for (; t < end && (exit[t] | opposite[t]) === 0; t++) {
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

  /** True where nothing but the columns of decisions can close the position before its `maxHoldingBar`. */
  private isUnprotected(): boolean {
    const { bracket, exitLongAt, exitShortAt, prices } = this;
    return bracket.empty && exitLongAt === null && exitShortAt === null && prices.trailing === undefined;
  }

  private mark(t: number, equity: number, units: number): void {
    if (this.watch !== null) {
      this.watch.see(equity);
    } else {
      this.equity[t - this.firstBar] = equity;
      this.position[t - this.firstBar] = units;
    }
  }

  /** One bar: what was decided before fills at the open, the bar passes, the close fills, marks and decides. */
  private step(t: number): void {
    const { account, order, bars } = this;
    if (this.financed && t > this.firstBar) this.finance(t);
    if (this.fillsAtOpen && this.isPending()) this.fillPending(t, bars.open[t], true);
    if (account.side !== 0) this.passBar(t);
    else if (order.side !== 0) this.tryOrder(t);
    if (this.fillsAtNextClose) this.fillPending(t, bars.close[t], false);
    this.decide(t);
    if (this.fillsAtSignalClose) this.fillPending(t, bars.close[t], false);
    if (t === this.lastBar && this.closesAtEnd) this.exit(t, bars.close[t], 'end_of_data', true);
    this.mark(t, account.equityAt(bars.close[t]), account.side * account.quantity);
  }

  private result(): Simulation {
    const { account, bars, firstBar, lastBar } = this;
    let trades: Trade[] | undefined;
    this.checkBooks();
    return {
      firstBar,
      time: bars.time.subarray(firstBar),
      equity: this.equity,
      position: this.position,
      get trades() {
        trades ??= account.log.trades(bars.time, account.multiplier);
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
    };
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

  /** Fills the market orders that were decided: the exit first, then the entry. */
  private fillPending(t: number, price: number, atOpen: boolean): void {
    if (this.pendingExit !== null) {
      this.exit(t, price, this.pendingExit, true);
      this.pendingExit = null;
    }
    if (this.pendingSide === 0) return;
    const side = this.pendingSide;
    this.pendingSide = 0;
    const closesAtOnce = !atOpen && t === this.lastBar && this.closesAtEnd;
    if (this.account.side === 0 && !closesAtOnce) this.enter(side, this.pendingBar, t, price, true);
  }

  /** An open position lives through the whole bar. */
  private passBar(t: number): void {
    if (this.watch !== null && this.isUnprotected()) return;
    this.setBar(t, this.account.side);
    this.protect(t);
  }

  private tryOrder(t: number): void {
    const { order, bar } = this;
    const { side } = order;
    this.setBar(t, side);
    const signedFill = order.fillIn(bar);
    const filled = !Number.isNaN(signedFill);
    if (filled || t >= order.lastBar) order.cancel();
    if (!filled) return;
    if (this.enter(side, order.decisionBar, t, side * signedFill, order.atMarket)) this.protect(t);
  }

  private setBar(t: number, side: number): void {
    const { bars, bar } = this;
    const high = side * bars.high[t];
    const low = side * bars.low[t];
    bar.open = side * bars.open[t];
    bar.close = side * bars.close[t];
    bar.best = bar.sureBest = side > 0 ? high : low;
    bar.worst = bar.sureWorst = side > 0 ? low : high;
  }

  /** Stops and targets within `this.bar`, or what is left of it after an entry. */
  private protect(t: number): void {
    const { account, bracket, bar } = this;
    const level = bracket.level;
    if (bar.worst > level && !bracket.reached(bar.best)) this.survive(t);
    else if (bar.open <= level) this.exit(t, account.side * bar.open, bracket.reason, true);
    else this.exitWithin(t, level);
  }

  private exitWithin(t: number, level: number): void {
    const { account, bracket, bar } = this;
    this.takeTargets(t, bar.open);
    if (account.side === 0) return;
    const stopped = bar.worst <= level;
    const reached = bracket.reached(bar.best);
    if (this.isAmbiguous(level, stopped, reached)) this.ambiguousExits++;
    if (reached && !(stopped && this.stopComesFirst())) this.takeTargets(t, bar.best);
    if (account.side === 0) return;
    if (stopped) this.exit(t, account.side * level, bracket.reason, true);
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
    const { account, bracket, bar } = this;
    while (account.side !== 0 && bracket.reached(best)) {
      const price = account.side * Math.max(bar.open, bracket.target);
      account.close(Math.min(account.quantity, bracket.takeTarget()), price, t, 'take_profit', false);
      this.setLiquidation();
    }
  }

  private survive(t: number): void {
    const { account, bracket, bar } = this;
    account.see(bar.best, bar.worst);
    bracket.trailTo(account.best);
    if (t === this.lastBar) return;
    const { trailing } = this.prices;
    if (trailing !== undefined) bracket.tighten(account.side * trailing(t, this.stateAt(t)));
  }

  private exit(t: number, price: number, reason: ExitReason, atMarket: boolean): void {
    const { account } = this;
    if (account.side !== 0) account.close(account.quantity, price, t, reason, atMarket);
  }

  /** Sizes, checks and fills an entry; false where it is dropped. */
  private enter(side: number, decisionBar: number, t: number, price: number, atMarket: boolean): boolean {
    const { account } = this;
    const quantity = this.quantity(side, decisionBar, t, price, atMarket);
    const fill = account.entryFill(side, quantity, price, t, atMarket);
    if (!(quantity > 0) || !this.canAfford(quantity, fill) || !this.placeBracket(side, quantity, fill, decisionBar)) {
      this.rejectedOrders++;
      return false;
    }
    account.open(side, quantity, price, fill, t);
    this.setLiquidation();
    return true;
  }

  /** Units, rounded down to the instrument's step, from the equity at the fill: all of it is cash. */
  private quantity(side: number, decisionBar: number, t: number, price: number, atMarket: boolean): number {
    const { account, execution, strength, sizing } = this;
    if (execution.sizing.method === 'units') return wholeSteps(execution.sizing.value, this.quantityStep);
    sizing.decisionBar = decisionBar;
    sizing.strength = strength === null ? Number.NaN : strength[decisionBar];
    const budget = account.cash * wishedExposure(execution, sizing);
    const roughly = this.affordable(budget, account.entryFill(side, 0, price, t, atMarket));
    if (!account.sizeMatters) return wholeSteps(roughly, this.quantityStep);
    const impacted = account.entryFill(side, roughly, price, t, atMarket);
    return wholeSteps(this.affordable(budget, impacted), this.quantityStep);
  }

  private affordable(budget: number, fill: number): number {
    return affordableUnits(budget, fill * this.account.multiplier, this.costs);
  }

  private canAfford(quantity: number, fill: number): boolean {
    const { account, costs, execution } = this;
    const value = quantity * fill * account.multiplier;
    const limit = account.cash * execution.leverage;
    return value + commissionOf(costs, value, quantity) <= limit * (1 + moneyTolerance);
  }

  private placeBracket(side: number, quantity: number, fill: number, decisionBar: number): boolean {
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
    if (this.account.side === 0) this.decideFlat(t);
    else this.decideOpen(t);
  }

  private decideFlat(t: number): void {
    const { order } = this;
    const side = this.wantedSide(t);
    if (side !== 0) {
      this.requestEntry(side, t, 0);
    } else if (order.side !== 0) {
      const withdrawn = order.side > 0 ? this.exitLong[t] : this.exitShort[t];
      if (withdrawn === 1) order.cancel();
    }
  }

  private decideOpen(t: number): void {
    const { account } = this;
    if (this.wantedSide(t) === -account.side) {
      this.pendingExit = 'reversal';
      this.requestEntry(-account.side, t, this.fillsAtNextClose ? 1 : 0);
    } else if (this.wantsExit(t)) {
      this.pendingExit = 'signal';
    } else if (t >= this.maxHoldingBar()) {
      this.pendingExit = 'max_holding';
    }
  }

  /** The bar at whose close a position that is still open asks to leave; without such a rule one behind the last. */
  private maxHoldingBar(): number {
    const { max_holding_bars: most } = this.execution;
    return most === null ? this.lastBar + 1 : this.account.entryBar + most - (this.fillsAtSignalClose ? 0 : 1);
  }

  /** The side that this close asks to enter; 0 where it asks for none, or contradicts itself, or is too soon. */
  private wantedSide(t: number): number {
    const { enterLong, exitLong, enterShort, exitShort, minSeparation } = this;
    const long = enterLong[t] & ~exitLong[t];
    const short = enterShort[t] & ~exitShort[t];
    if (long === short || enterLong[t] === enterShort[t]) return 0;
    return t - this.lastEntryDecision < minSeparation ? 0 : long - short;
  }

  private wantsExit(t: number): boolean {
    const { exitLong, exitShort, exitLongAt, exitShortAt } = this;
    const long = this.account.side > 0;
    if ((long ? exitLong : exitShort)[t] === 1) return true;
    const formula = long ? exitLongAt : exitShortAt;
    return formula?.(t, this.stateAt(t)) ?? false;
  }

  /** A market order for the next fill, or an order that rests for `valid_bars` (and `extra`) after this bar. */
  private requestEntry(side: number, t: number, extra: number): void {
    const { entry } = this.execution;
    this.lastEntryDecision = t;
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
