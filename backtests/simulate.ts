import { type Bars, barCount, sliceBars } from '@stratlab/data/bars.ts';
import { LabError } from '@stratlab/data/error.ts';
import { formatInstant } from '@stratlab/data/instant.ts';
import type { Instrument } from '@stratlab/data/instrument.ts';
import type { PositionState } from '@stratlab/strategies/position-state.ts';
import { averageTrueRange } from '@stratlab/strategies/true-range.ts';
import { type Costs, commissionOf, resolveCosts } from './costs.ts';
import type { Decisions } from './decisions.ts';
import type { Execution } from './execution.ts';
import { Account } from './simulation/account.ts';
import { Bracket } from './simulation/bracket.ts';
import { EntryOrder, type SignedBar } from './simulation/entry-order.ts';
import { affordableUnits, wholeSteps, wishedExposure } from './simulation/sizing.ts';
import type { ExitReason, Simulation } from './trade.ts';

const yearMs = 365 * 86_400_000;
const atrPeriod = 14;
/** Relative slack for sums of money that are equal but for rounding. */
const moneyTolerance = 1e-9;
/** A broker closes a position when equity falls to this share of the margin it was opened on. */
const maintenanceShare = 0.5;

/**
 * Runs decisions through a simulated market of one instrument, bar by bar, by the rules of specification/execution.md.
 * No fill, size or exit at a bar depends on a later one. Throws `invalid_input` for bars that cannot be traded or an
 * execution that the decisions do not support, and `internal` if the books do not balance at the end.
 */
export function simulate(
  bars: Bars,
  decisions: Decisions,
  execution: Execution,
  instrument: Instrument,
  initialCapital: number,
): Simulation {
  checkSpan(bars, decisions);
  checkPrices(bars, decisions.endBar);
  checkExecution(decisions, execution, instrument, initialCapital);
  const market = new SimulatedMarket(
    sliceBars(bars, 0, decisions.endBar),
    decisions,
    execution,
    instrument,
    initialCapital,
  );
  for (let t = decisions.firstBar; t < decisions.endBar; t++) market.step(t);
  return market.result();
}

class SimulatedMarket {
  private readonly bars: Bars;
  private readonly decisions: Decisions;
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
  private readonly lastBar: number;
  private readonly maintenance: number;
  private readonly financed: boolean;
  private readonly fillsAtOpen: boolean;

  private pendingExit: ExitReason | null = null;
  private pendingSide = 0;
  private pendingBar = -1;
  private lastEntryDecision = Number.NEGATIVE_INFINITY;
  private ambiguousExits = 0;
  private rejectedOrders = 0;
  private readonly state: PositionState = { ...flat };
  private readonly bar: SignedBar = { open: 0, best: 0, worst: 0, sureBest: 0, sureWorst: 0, close: 0 };

  constructor(bars: Bars, decisions: Decisions, execution: Execution, instrument: Instrument, initialCapital: number) {
    this.bars = bars;
    this.decisions = decisions;
    this.execution = execution;
    this.initialCapital = initialCapital;
    this.costs = resolveCosts(execution, instrument);
    this.account = new Account(initialCapital, bars, this.costs, instrument);
    this.bracket = new Bracket(execution, decisions.prices);
    this.order = new EntryOrder(execution);
    this.equity = new Float64Array(decisions.endBar - decisions.firstBar);
    this.position = new Float64Array(decisions.endBar - decisions.firstBar);
    this.atr = usesAtr(execution) ? averageTrueRange(bars, atrPeriod) : null;
    this.quantityStep = execution.quantity_step === 'auto' ? instrument.quantity_step : execution.quantity_step;
    this.lastBar = decisions.endBar - 1;
    this.maintenance = maintenanceShare * Math.min(instrument.margin, 1 / execution.leverage);
    this.financed = Object.values(execution.financing).some((rate) => rate > 0);
    this.fillsAtOpen = execution.fill === 'next_open';
  }

  /** One bar: what was decided before fills at the open, the bar passes, the close fills, marks and decides. */
  step(t: number): void {
    const { account, order, execution, bars } = this;
    if (this.financed && t > this.decisions.firstBar) this.finance(t);
    if (this.fillsAtOpen) this.fillPending(t, bars.open[t], true);
    if (account.side !== 0) this.passBar(t);
    else if (order.side !== 0) this.tryOrder(t);
    if (execution.fill === 'next_close') this.fillPending(t, bars.close[t], false);
    this.decide(t);
    if (execution.fill === 'signal_close') this.fillPending(t, bars.close[t], false);
    if (t === this.lastBar && execution.at_end === 'close_at_last_close')
      this.exit(t, bars.close[t], 'end_of_data', true);
    const row = t - this.decisions.firstBar;
    this.equity[row] = account.equityAt(bars.close[t]);
    this.position[row] = account.side * account.quantity;
  }

  result(): Simulation {
    const { account, bars, decisions, lastBar } = this;
    this.checkBooks();
    return {
      firstBar: decisions.firstBar,
      time: bars.time.slice(decisions.firstBar),
      equity: this.equity,
      position: this.position,
      trades: account.trades,
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

  /** Fills the market orders that were decided: the exit first, then the entry. */
  private fillPending(t: number, price: number, atOpen: boolean): void {
    if (this.pendingExit !== null) {
      this.exit(t, price, this.pendingExit, true);
      this.pendingExit = null;
    }
    if (this.pendingSide === 0) return;
    const side = this.pendingSide;
    this.pendingSide = 0;
    const closesAtOnce = !atOpen && t === this.lastBar && this.execution.at_end === 'close_at_last_close';
    if (this.account.side === 0 && !closesAtOnce) this.enter(side, this.pendingBar, t, price, true);
  }

  /** An open position lives through the whole bar. */
  private passBar(t: number): void {
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
    const { trailing } = this.decisions.prices;
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
    const { account, costs, execution, bars, decisions } = this;
    if (execution.sizing.method === 'units') return wholeSteps(execution.sizing.value, this.quantityStep);
    const exposure = wishedExposure(execution, {
      time: bars.time,
      close: bars.close,
      decisionBar,
      strength: decisions.strength === null ? Number.NaN : decisions.strength[decisionBar],
      record: account.record,
    });
    const budget = account.cash * exposure;
    const unitsAt = (fill: number) => affordableUnits(budget, fill * account.multiplier, costs);
    const roughly = unitsAt(account.entryFill(side, 0, price, t, atMarket));
    const impacted = account.entryFill(side, roughly, price, t, atMarket);
    return wholeSteps(unitsAt(impacted), this.quantityStep);
  }

  private canAfford(quantity: number, fill: number): boolean {
    const { account, costs, execution } = this;
    const value = quantity * fill * account.multiplier;
    const limit = account.cash * execution.leverage;
    return value + commissionOf(costs, value, quantity) <= limit * (1 + moneyTolerance);
  }

  private placeBracket(side: number, quantity: number, fill: number, decisionBar: number): boolean {
    const atr = this.atr === null ? Number.NaN : this.atr[decisionBar];
    const state = { position: side, bars_held: 0, entry_price: fill, open_return: 0, best_since_entry: fill };
    return this.bracket.place({ side, fill, quantity, step: this.quantityStep, decisionBar, atr, state });
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
    const { order, decisions } = this;
    const side = this.wantedSide(t);
    if (side !== 0) {
      this.requestEntry(side, t, 0);
    } else if (order.side !== 0) {
      const withdrawn = order.side > 0 ? decisions.exitLong[t] : decisions.exitShort[t];
      if (withdrawn === 1) order.cancel();
    }
  }

  private decideOpen(t: number): void {
    const { account, execution } = this;
    if (this.wantedSide(t) === -account.side) {
      this.pendingExit = 'reversal';
      this.requestEntry(-account.side, t, execution.fill === 'next_close' ? 1 : 0);
    } else if (this.wantsExit(t)) {
      this.pendingExit = 'signal';
    } else if (this.isHeldTooLong(t)) {
      this.pendingExit = 'max_holding';
    }
  }

  private isHeldTooLong(t: number): boolean {
    const { fill, max_holding_bars } = this.execution;
    const fillBar = fill === 'signal_close' ? t : t + 1;
    return max_holding_bars !== null && fillBar - this.account.entryBar >= max_holding_bars;
  }

  /** The side that this close asks to enter; 0 where it asks for none, or contradicts itself, or is too soon. */
  private wantedSide(t: number): number {
    const { enterLong, exitLong, enterShort, exitShort, minSeparation } = this.decisions;
    const long = enterLong[t] & ~exitLong[t];
    const short = enterShort[t] & ~exitShort[t];
    if (long === short || enterLong[t] === enterShort[t]) return 0;
    return t - this.lastEntryDecision < minSeparation ? 0 : long - short;
  }

  private wantsExit(t: number): boolean {
    const { exitLong, exitShort, exitLongAt, exitShortAt } = this.decisions;
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
    const { entry: priceAt, entryLimit: limitAt } = this.decisions.prices;
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
    const closed = account.trades.reduce((sum, { pnl }) => sum + pnl, 0);
    const open = account.marked(price, lastBar)?.pnl ?? 0;
    const expected = initialCapital + closed + open - account.financingPaid;
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

function checkSpan(bars: Bars, { firstBar, endBar }: Decisions): void {
  if (firstBar >= 0 && firstBar < endBar && endBar <= barCount(bars)) return;
  const message = `No bar is left to trade: decisions from bar ${firstBar} to ${endBar} of ${barCount(bars)}.`;
  throw new LabError('insufficient_data', message, { hint: 'Ask for a longer span or a shorter warm-up.' });
}

function checkPrices(bars: Bars, endBar: number): void {
  const { open, high, low, close } = bars;
  for (let t = 0; t < endBar; t++) {
    const tradable = open[t] > 0 && high[t] > 0 && low[t] > 0 && close[t] > 0;
    if (tradable && open[t] + high[t] + low[t] + close[t] < Number.POSITIVE_INFINITY) continue;
    const prices = `open ${open[t]}, high ${high[t]}, low ${low[t]}, close ${close[t]}`;
    throw new LabError('invalid_input', `Bar ${t} (${formatInstant(bars.time[t])}) cannot be traded: ${prices}.`, {
      hint: 'Prices must be finite and above zero: check_data_quality names such bars.',
    });
  }
}

function checkExecution(decisions: Decisions, execution: Execution, instrument: Instrument, capital: number): void {
  if (!(capital > 0 && Number.isFinite(capital))) {
    throw refused('initial_capital', `is ${capital}; it must be above zero.`);
  }
  if (execution.sizing.method === 'confidence' && decisions.strength === null) {
    throw refused('execution.sizing', 'confidence needs a signal; rules have none. Use percent_of_equity.');
  }
  if (instrument.margin < 1 && execution.leverage > 1 / instrument.margin + moneyTolerance) {
    const most = `${instrument.symbol} has a margin of ${instrument.margin}, which allows ${1 / instrument.margin}`;
    throw refused('execution.leverage', `is ${execution.leverage}, but ${most}.`);
  }
  checkFormulas(decisions, execution);
}

/** Every formula of the execution block must have come with its compiled form. */
function checkFormulas({ prices }: Decisions, execution: Execution): void {
  const { entry, stop_loss, trailing_stop, take_profit } = execution;
  const missing = [
    entry.price !== undefined && prices.entry === undefined && 'entry.price',
    entry.limit_price !== undefined && prices.entryLimit === undefined && 'entry.limit_price',
    stop_loss?.price !== undefined && prices.stopLoss === undefined && 'stop_loss.price',
    trailing_stop?.price !== undefined && prices.trailing === undefined && 'trailing_stop.price',
    ...(take_profit ?? []).map(
      (rule, k) => rule.price !== undefined && !prices.takeProfit?.[k] && `take_profit.${k}.price`,
    ),
  ].find((path) => typeof path === 'string');
  if (missing !== undefined) throw new LabError('internal', `execution.${missing} was not compiled for the simulator.`);
}

function refused(path: string, message: string): LabError {
  return new LabError('invalid_input', `${path} ${message}`, { path });
}
