import { type Bars, barCount } from '@stratlab/data/bars.ts';
import { LabError } from '@stratlab/data/error.ts';
import type { Instrument } from '@stratlab/data/instrument.ts';
import { averageTrueRange } from '@stratlab/strategies/true-range.ts';
import { type Costs, commissionOf, marketPrice, resolveCosts } from './costs.ts';
import type { DecisionPrices } from './decisions.ts';
import type { Execution } from './execution.ts';
import type { ExplicitOrder } from './explicit-order.ts';
import { type Exit, type ListedTrade, Lot } from './order-list/lot.ts';
import { actsAtOpen, type Resting, restingOrder } from './order-list/resting.ts';
import { checkQuotes, type Quotes } from './quotes.ts';
import { Bracket } from './simulation/bracket.ts';
import { maintenanceShare, moneyTolerance, yearMs } from './simulation/conventions.ts';
import type { SignedBar } from './simulation/entry-order.ts';
import { checkPrices, checkQuotesGiven } from './simulation/preconditions.ts';
import { signedBar } from './simulation/signed-bar.ts';
import { affordableUnits, wholeSteps } from './simulation/sizing.ts';
import type { ExitReason, Simulation } from './trade.ts';

const atrPeriod = 14;

export interface OrderListRun extends Omit<Simulation, 'openTrade'> {
  trades: ListedTrade[];
  /** What is still open at the end, as if closed at the last close without cost. */
  openTrades: ListedTrade[];
}

/**
 * Runs explicit orders through a simulated market of one instrument under the rules of specification/execution.md; its
 * section on order lists says what is theirs alone. Orders net first in, first out; an order on the side of the position
 * adds to it. Throws `invalid_input` for an order or an execution that cannot be carried out, and `internal` if the
 * books do not balance at the end.
 */
export function runOrderList(
  bars: Bars,
  orders: readonly ExplicitOrder[],
  execution: Execution,
  instrument: Instrument,
  initialCapital: number,
  quotes: Quotes | null = null,
): OrderListRun {
  const rows = barCount(bars);
  checkPrices(bars, rows);
  checkExecution(execution, initialCapital);
  checkQuotesGiven(execution, quotes);
  if (quotes !== null) checkQuotedBars(bars, quotes);
  const late = orders.find(({ issued_on_bar }) => issued_on_bar >= rows);
  if (late !== undefined) {
    throw new LabError('invalid_input', `An order is issued on bar ${late.issued_on_bar} of ${rows}, counted from 0.`);
  }
  const issuedOn = Map.groupBy(orders, ({ issued_on_bar }) => issued_on_bar);
  const market = new OrderMarket(bars, quotes, execution, instrument, initialCapital);
  for (let t = 0; t < rows; t++) market.step(t, issuedOn.get(t) ?? []);
  return market.result();
}

/** Prices of a lot's stop and target: null for none, absent for what the execution block says. */
interface Levels {
  sl: number | null | undefined;
  tp: number | null | undefined;
}

/** A fill to be booked: what the market asks a buyer and bids a seller, and how it is paid. */
interface Fill {
  t: number;
  ask: number;
  bid: number;
  /** Slippage and spread are paid. */
  atMarket: boolean;
  /** A new position may be opened. */
  opens: boolean;
  /** What is left of the bar after it; null where none of it is. */
  rest: SignedBar | null;
}

/** What an order of this side is filled at, before slippage. */
function priceOf({ ask, bid }: Fill, side: number): number {
  return side > 0 ? ask : bid;
}

class OrderMarket {
  private readonly bars: Bars;
  /** What is bought at, and sold at: the traded bars where there are no quotes. */
  private readonly asks: Bars;
  private readonly bids: Bars;
  private readonly execution: Execution;
  private readonly costs: Costs;
  private readonly initialCapital: number;
  private readonly instrument: Instrument;
  private readonly multiplier: number;
  private readonly quantityStep: number;
  private readonly maintenance: number;
  private readonly financed: boolean;
  private readonly prices: DecisionPrices;
  private readonly atr: Float64Array | null;
  private readonly lastBar: number;
  private readonly equity: Float64Array;
  private readonly position: Float64Array;

  private cash: number;
  private lots: Lot[] = [];
  private pending: ExplicitOrder[] = [];
  private overdue: Lot[] = [];
  private resting: Resting[] = [];
  private readonly trades: ListedTrade[] = [];
  private commissionPaid = 0;
  private slippagePaid = 0;
  private financingPaid = 0;
  private tradedNotional = 0;
  private ambiguousExits = 0;
  private rejectedOrders = 0;

  constructor(bars: Bars, quotes: Quotes | null, execution: Execution, instrument: Instrument, initialCapital: number) {
    this.bars = bars;
    this.asks = quotes?.ask ?? bars;
    this.bids = quotes?.bid ?? bars;
    this.instrument = instrument;
    this.execution = execution;
    this.costs = resolveCosts(execution, instrument);
    this.initialCapital = initialCapital;
    this.multiplier = instrument.multiplier;
    this.quantityStep = execution.quantity_step === 'auto' ? instrument.quantity_step : execution.quantity_step;
    this.maintenance = maintenanceShare * Math.min(instrument.margin, 1 / execution.leverage);
    this.financed = Object.values(execution.financing).some((rate) => rate > 0);
    this.prices = constantPrices(execution);
    this.atr = usesAtr(execution) ? averageTrueRange(bars, atrPeriod) : null;
    this.lastBar = barCount(bars) - 1;
    this.equity = new Float64Array(barCount(bars));
    this.position = new Float64Array(barCount(bars));
    this.cash = initialCapital;
  }

  /** One bar: what was issued before fills at the open, the bar passes, the close fills, takes orders and marks. */
  step(t: number, orders: readonly ExplicitOrder[]): void {
    const { bars, asks, bids, execution } = this;
    const common = { t, atMarket: true, rest: null };
    const atClose: Fill = { ...common, ask: asks.close[t], bid: bids.close[t], opens: !this.closesAt(t) };
    if (this.financed && t > 0) this.finance(t);
    if (execution.fill === 'next_open') {
      this.fillPending({ ...common, ask: asks.open[t], bid: bids.open[t], opens: true });
    }
    this.passBar(t);
    if (execution.fill === 'next_close') this.fillPending(atClose);
    for (const order of orders) if (!movesBracket(order)) this.take(order, atClose);
    this.releaseOverdue(t);
    if (execution.fill === 'signal_close') this.fillPending(atClose);
    for (const order of orders) if (movesBracket(order)) this.moveBracket(order);
    if (this.closesAt(t)) this.closeLots(this.lots, Number.POSITIVE_INFINITY, atClose, 'end_of_data');
    this.equity[t] = this.worthAt(bars.close[t]);
    this.position[t] = this.held();
  }

  result(): OrderListRun {
    const { bars, lastBar } = this;
    const openTrades = this.lots.map((lot) => lot.marked(bars.close[lastBar], lastBar));
    this.checkBooks(openTrades);
    return {
      firstBar: 0,
      time: bars.time.slice(),
      equity: this.equity,
      position: this.position,
      trades: this.trades,
      openTrades,
      initialCapital: this.initialCapital,
      commissionPaid: this.commissionPaid,
      slippagePaid: this.slippagePaid,
      financingPaid: this.financingPaid,
      tradedNotional: this.tradedNotional,
      ambiguousExits: this.ambiguousExits,
      rejectedOrders: this.rejectedOrders,
    };
  }

  /** Signed units. */
  private held(): number {
    return this.lots.reduce((sum, lot) => sum + lot.side * lot.quantity, 0);
  }

  private worthAt(price: number): number {
    return this.cash + this.held() * price * this.multiplier;
  }

  private closesAt(t: number): boolean {
    return t === this.lastBar && this.execution.at_end === 'close_at_last_close';
  }

  /** Borrow on a short, interest on borrowed and on free cash since the close before. */
  private finance(t: number): void {
    const { time, close } = this.bars;
    const { short_borrow_annual: short, cash_annual: cash, margin_annual: margin } = this.execution.financing;
    const shortValue = Math.max(0, -this.held()) * close[t - 1] * this.multiplier;
    const free = Math.max(0, this.cash - shortValue);
    const borrowed = Math.max(0, -this.cash);
    const paid = ((time[t] - time[t - 1]) / yearMs) * (short * shortValue + margin * borrowed - cash * free);
    this.cash -= paid;
    this.financingPaid += paid;
    this.setLiquidation();
  }

  private take(order: ExplicitOrder, atClose: Fill): void {
    if (order.kind === 'cancel') this.cancel(order);
    else if (order.kind === 'fill') this.fillAsRecorded(order, atClose);
    else if (order.limit === null && order.stop === null) this.pending.push(order);
    else this.resting.push(restingOrder(order, this.execution));
  }

  private cancel({ size, limit, stop }: ExplicitOrder): void {
    const k = this.resting.findIndex(
      ({ order }) => order.size === size && order.limit === limit && order.stop === stop,
    );
    if (k >= 0) this.resting.splice(k, 1);
  }

  private fillAsRecorded(order: ExplicitOrder, atClose: Fill): void {
    const price = order.price ?? Number.NaN;
    this.execute(order, { ...atClose, ask: price, bid: price, atMarket: false, opens: true });
  }

  /** Fills the market orders: exits first, then entries. */
  private fillPending(fill: Fill): void {
    const [pending, overdue] = [this.pending, this.overdue];
    this.pending = [];
    this.overdue = [];
    this.closeLots(overdue, Number.POSITIVE_INFINITY, fill, 'max_holding');
    for (const order of pending) if (order.kind === 'close') this.execute(order, fill);
    for (const order of pending) if (order.kind === 'entry') this.execute(order, fill);
  }

  private releaseOverdue(t: number): void {
    const { fill, max_holding_bars: most } = this.execution;
    const fillBar = fill === 'signal_close' ? t : t + 1;
    if (most !== null) this.overdue = this.lots.filter(({ entryBar }) => fillBar - entryBar >= most);
  }

  /**
   * The bar itself: what acts at its open, then the brackets of the lots that were there before among the resting orders.
   * A resting order against the position that the `intrabar` rule puts first comes before the brackets, others after.
   */
  private passBar(t: number): void {
    const exposed = [...this.lots];
    const side = Math.sign(this.held());
    const phases = Map.groupBy(this.resting, (resting) => this.phaseOf(resting, t, side));
    this.tryAll(phases.get('open'), t);
    this.tryAll(phases.get('before'), t);
    for (const lot of exposed) if (lot.quantity > 0) this.protect(lot, t, this.closingBar(t, lot.side));
    this.tryAll(phases.get('after'), t);
  }

  private phaseOf(resting: Resting, t: number, side: number): 'open' | 'before' | 'after' {
    if (actsAtOpen(resting, this.sideOf(resting.order.size).open[t])) return 'open';
    const against = resting.order.size * side < 0;
    const first = this.stopComesFirst(side) === (resting.order.stop !== null);
    return against && first ? 'before' : 'after';
  }

  private tryAll(orders: readonly Resting[] = [], t: number): void {
    for (const resting of orders) {
      const { order, entry } = resting;
      const side = Math.sign(order.size);
      const rest = this.closingBar(t, side);
      const bar = this.asks === this.bids ? rest : signedBar(this.sideOf(side), t, side);
      const signedFill = entry.fillIn(bar, rest);
      const filled = !Number.isNaN(signedFill);
      if (filled || t >= entry.lastBar) this.resting.splice(this.resting.indexOf(resting), 1);
      const price = side * signedFill;
      if (filled) this.execute(order, { t, ask: price, bid: price, atMarket: entry.atMarket, opens: true, rest });
    }
  }

  /** The prices that an order of this side is filled at. */
  private sideOf(side: number): Bars {
    return side > 0 ? this.asks : this.bids;
  }

  /** The bar in the prices that a position of this side is closed at. */
  private closingBar(t: number, side: number): SignedBar {
    return signedBar(this.sideOf(-side), t, side);
  }

  /** An order at its price: it closes what it can of the other side; an entry opens a lot with the rest. */
  private execute(order: ExplicitOrder, fill: Fill): void {
    const side = Math.sign(order.size) || -Math.sign(this.held());
    const share = this.shareOf(order);
    const wanted = share === null && order.size !== 0 ? this.unitsOf(order) : Number.POSITIVE_INFINITY;
    const lots = this.lots.filter((lot) => lot.side === -side && isMeant(lot, order));
    const held = lots.reduce((sum, { quantity }) => sum + quantity, 0);
    const feesOf = (units: number) => (order.fees === null ? undefined : (order.fees * units) / wanted);
    const closing = Math.min(wanted, held);
    const opens = order.kind !== 'close' && (share !== null || wanted > held * (1 + moneyTolerance));
    this.closeLots(lots, closing, fill, opens ? 'reversal' : 'signal', feesOf(closing));
    if (opens && fill.opens) this.open(order, side, fill, share === null ? wanted - held : null, feesOf(wanted - held));
  }

  /** The share of what can be bought that an entry asks for; null where its size is in units. */
  private shareOf({ kind, size }: ExplicitOrder): number | null {
    if (kind !== 'entry' || this.execution.sizing.method === 'units') return null;
    const most = Math.abs(size);
    return most === 1 || most < Math.min(1, this.quantityStep) ? most : null;
  }

  private unitsOf({ kind, size }: ExplicitOrder): number {
    return kind === 'fill' ? Math.abs(size) : wholeSteps(Math.abs(size), this.quantityStep);
  }

  /** `units` null: as the order's share of what can be bought. */
  private open(order: ExplicitOrder, side: number, fill: Fill, units: number | null, fees?: number): void {
    const { t, atMarket, rest } = fill;
    const price = priceOf(fill, side);
    const quantity = units ?? this.affordable(Math.abs(order.size), side, fill);
    const paid = atMarket ? this.entryPrice(side, quantity, fill) : price;
    const value = quantity * paid * this.multiplier;
    const commission = fees ?? commissionOf(this.costs, value, quantity);
    const affordable =
      order.kind === 'fill' ||
      value + commission <= this.available(price) + moneyTolerance * (this.initialCapital + value);
    const levels = { sl: order.sl ?? undefined, tp: order.tp ?? undefined };
    const bracket = this.bracketAt(levels, side, paid, quantity, order.issued_on_bar);
    if (!(quantity > 0) || !affordable || bracket === null) {
      this.rejectedOrders++;
      return;
    }
    const entry = { side, bar: t, fill: paid, quantity, commission, decisionBar: order.issued_on_bar };
    const lot = new Lot(entry, bracket, this.bars, this.instrument);
    this.lots.push(lot);
    this.cash -= side * value + commission;
    this.book(commission, Math.abs(paid - price), quantity, value);
    if (rest !== null) this.protect(lot, t, rest);
  }

  private entryPrice(side: number, quantity: number, fill: Fill): number {
    return marketPrice(this.costs, priceOf(fill, side), side, true, quantity, this.bars.volume[fill.t]);
  }

  /** What new positions may be worth: equity times the leverage, less what is held, at this price. */
  private available(price: number): number {
    return this.worthAt(price) * this.execution.leverage - Math.abs(this.held()) * price * this.multiplier;
  }

  private affordable(share: number, side: number, fill: Fill): number {
    const price = priceOf(fill, side);
    const budget = share * this.available(price);
    const unitsAt = (price: number) => affordableUnits(budget, price * this.multiplier, this.costs);
    if (!fill.atMarket) return wholeSteps(unitsAt(price), this.quantityStep);
    const roughly = unitsAt(this.entryPrice(side, 0, fill));
    return wholeSteps(unitsAt(this.entryPrice(side, roughly, fill)), this.quantityStep);
  }

  /** A lot's bracket at these levels; null where one of them is not known. */
  private bracketAt(
    { sl, tp }: Levels,
    side: number,
    fill: number,
    quantity: number,
    decisionBar: number,
  ): Bracket | null {
    const { stop_loss, take_profit } = this.execution;
    const rules: Execution = {
      ...this.execution,
      stop_loss: sl === undefined ? stop_loss : sl === null ? null : { price: String(sl) },
      take_profit: tp === undefined ? take_profit : tp === null ? null : [{ price: String(tp), fraction: 1 }],
    };
    const bracket = new Bracket(rules, {
      ...this.prices,
      ...(sl ? { stopLoss: () => sl } : {}),
      ...(tp ? { takeProfit: [() => tp] } : {}),
    });
    const atr = this.atr === null ? Number.NaN : this.atr[decisionBar];
    const state = { position: side, bars_held: 0, entry_price: fill, open_return: 0, best_since_entry: fill };
    const placed = bracket.place({ side, fill, quantity, step: this.quantityStep, decisionBar, atr, state });
    return placed ? bracket : null;
  }

  private moveBracket(order: ExplicitOrder): void {
    for (const lot of this.lots.filter((open) => isMeant(open, order))) {
      const { bracket, side } = lot;
      if (order.kind === 'set_sl') bracket.stop = order.stop === null ? Number.NEGATIVE_INFINITY : side * order.stop;
      else this.moveTarget(lot, order.limit);
    }
  }

  /** A bracket with the new target; the stops stay where they are. */
  private moveTarget(lot: Lot, tp: number | null): void {
    const { side, entryPrice, quantity, decisionBar } = lot;
    const { stop, trail } = lot.bracket;
    const sl = Number.isFinite(stop) ? side * stop : null;
    const moved = this.bracketAt({ sl, tp }, side, entryPrice, quantity, decisionBar);
    if (moved === null) return;
    moved.tighten(trail);
    lot.bracket = moved;
    this.setLiquidation();
  }

  /** Closes up to `units` of the lots, oldest first, as one order. */
  private closeLots(lots: readonly Lot[], units: number, fill: Fill, reason: ExitReason, fees?: number): void {
    const parts: { lot: Lot; quantity: number }[] = [];
    let left = units;
    for (const lot of lots) {
      const all = left >= lot.quantity * (1 - moneyTolerance);
      const quantity = all ? lot.quantity : left;
      if (quantity > 0) parts.push({ lot, quantity });
      left = all ? Math.max(0, left - quantity) : 0;
    }
    if (parts.length === 0) return;
    const quantity = parts.reduce((sum, part) => sum + part.quantity, 0);
    const { side } = parts[0].lot;
    const paid = this.exitPrice(side, quantity, fill);
    const value = paid * quantity * this.multiplier;
    const commission = fees ?? commissionOf(this.costs, value, quantity);
    for (const part of parts) {
      const share = part.quantity === quantity ? commission : (commission * part.quantity) / quantity;
      this.settle(part.lot, { quantity: part.quantity, fill: paid, bar: fill.t, commission: share, reason });
    }
    this.book(commission, Math.abs(paid - priceOf(fill, -side)), quantity, value);
  }

  private exitPrice(side: number, quantity: number, fill: Fill): number {
    const price = priceOf(fill, -side);
    return fill.atMarket ? marketPrice(this.costs, price, -side, false, quantity, this.bars.volume[fill.t]) : price;
  }

  private settle(lot: Lot, exit: Exit, levels = lot.levels()): void {
    this.trades.push(lot.leave(exit, levels));
    this.cash += lot.side * exit.fill * exit.quantity * this.multiplier - exit.commission;
    if (lot.quantity === 0) this.lots = this.lots.filter((open) => open !== lot);
    this.setLiquidation();
  }

  private book(commission: number, slipped: number, quantity: number, value: number): void {
    this.commissionPaid += commission;
    this.slippagePaid += slipped * quantity * this.multiplier;
    this.tradedNotional += value;
    this.setLiquidation();
  }

  /** Stops and targets of one lot within `bar`, or what is left of it after an entry. */
  private protect(lot: Lot, t: number, bar: SignedBar): void {
    const { bracket, side } = lot;
    const { level } = bracket;
    if (bar.worst > level && !bracket.reached(bar.best)) this.survive(lot, bar);
    else if (bar.open <= level) this.leave(lot, t, side * bar.open);
    else this.exitWithin(lot, t, bar, level);
  }

  private exitWithin(lot: Lot, t: number, bar: SignedBar, level: number): void {
    const { bracket, side } = lot;
    this.takeTargets(lot, t, bar, bar.open);
    if (lot.quantity === 0) return;
    const stopped = bar.worst <= level;
    const reached = bracket.reached(bar.best);
    const unsureStop = stopped && (reached || bar.sureWorst > level);
    if (unsureStop || (reached && !bracket.reached(bar.sureBest))) this.ambiguousExits++;
    if (reached && !(stopped && this.stopComesFirst(side))) this.takeTargets(lot, t, bar, bar.best);
    if (lot.quantity === 0) return;
    if (stopped) this.leave(lot, t, side * level);
    else this.survive(lot, bar);
  }

  private stopComesFirst(side: number): boolean {
    const { intrabar } = this.execution;
    return intrabar === 'pessimistic' || (intrabar === 'open_high_low_close' && side < 0);
  }

  private takeTargets(lot: Lot, t: number, bar: SignedBar, best: number): void {
    const { bracket, side } = lot;
    while (lot.quantity > 0 && bracket.reached(best)) {
      const price = side * Math.max(bar.open, bracket.target);
      const levels = lot.levels();
      const quantity = Math.min(lot.quantity, bracket.takeTarget());
      const value = price * quantity * this.multiplier;
      const commission = commissionOf(this.costs, value, quantity);
      this.settle(lot, { quantity, fill: price, bar: t, commission, reason: 'take_profit' }, levels);
      this.book(commission, 0, quantity, value);
    }
  }

  private survive(lot: Lot, bar: SignedBar): void {
    lot.see(bar.best, bar.worst);
    lot.bracket.trailTo(lot.best);
  }

  private leave(lot: Lot, t: number, price: number): void {
    const fill: Fill = { t, ask: price, bid: price, atMarket: true, opens: false, rest: null };
    this.closeLots([lot], Number.POSITIVE_INFINITY, fill, lot.bracket.reason);
  }

  /** Price at which equity is down to the maintenance margin, on every lot; equity = maintenance x position value. */
  private setLiquidation(): void {
    const held = this.held();
    const side = Math.sign(held);
    const safe = side === 0 || (side > 0 && this.cash >= 0);
    const level = safe
      ? Number.NEGATIVE_INFINITY
      : (-side * this.cash) / (Math.abs(held) * this.multiplier * (side - this.maintenance));
    for (const lot of this.lots) lot.bracket.liquidation = level;
  }

  /** Money made trade by trade against the ledger of cash and position: two ways to the same sum. */
  private checkBooks(openTrades: readonly ListedTrade[]): void {
    const made = [...this.trades, ...openTrades].reduce((sum, { pnl }) => sum + pnl, 0);
    const expected = this.initialCapital + made - this.financingPaid;
    const difference = Math.abs(expected - this.worthAt(this.bars.close[this.lastBar]));
    if (difference <= moneyTolerance * (this.initialCapital + this.tradedNotional)) return;
    throw new LabError('internal', `The books of a list of orders do not balance: ${difference} is missing.`);
  }
}

function movesBracket({ kind }: ExplicitOrder): boolean {
  return kind === 'set_sl' || kind === 'set_tp';
}

/** The trade that an order names by its entry bar, or every one. */
function isMeant(lot: Lot, { entry_bar_of_trade: bar }: ExplicitOrder): boolean {
  return bar === null || lot.entryBar === bar;
}

function usesAtr({ stop_loss, trailing_stop, take_profit }: Execution): boolean {
  return [stop_loss, trailing_stop, ...(take_profit ?? [])].some((rule) => rule?.atr !== undefined);
}

/** Prices of the execution block that are plain numbers; there is no strategy that a formula could be read in. */
function constantPrices({ stop_loss, trailing_stop, take_profit }: Execution): DecisionPrices {
  const stop = constant(stop_loss?.price, 'stop_loss.price');
  const trail = constant(trailing_stop?.price, 'trailing_stop.price');
  return {
    takeProfit: (take_profit ?? []).map((rule, k) => constant(rule.price, `take_profit.${k}.price`)),
    ...(stop === null ? {} : { stopLoss: stop }),
    ...(trail === null ? {} : { trailing: trail }),
  };
}

function constant(text: string | undefined, path: string): (() => number) | null {
  if (text === undefined) return null;
  const price = Number(text);
  if (price > 0) return () => price;
  throw refused(`execution.${path}`, 'is a formula; a list of orders has a price, or sl and tp with each entry.');
}

function checkQuotedBars(bars: Bars, quotes: Quotes): void {
  const rows = barCount(bars);
  checkQuotes(bars, quotes, 0, rows);
  checkPrices(quotes.bid, rows);
  checkPrices(quotes.ask, rows);
}

function checkExecution({ entry, sizing, volume_limit }: Execution, capital: number): void {
  if (!(capital > 0 && Number.isFinite(capital))) {
    throw refused('initial_capital', `is ${capital}; it must be above zero.`);
  }
  if (entry.order !== 'market')
    throw refused('execution.entry', 'is not for a list: each order has its limit and stop.');
  if (volume_limit !== null) {
    throw refused('execution.volume_limit', 'is not for a list: each order says how much is filled in its bar.');
  }
  if (sizing.method !== 'units' && sizing.method !== 'percent_of_equity') {
    throw refused('execution.sizing', `${sizing.method} is not for a list: each order has its size.`);
  }
}

function refused(path: string, message: string): LabError {
  return new LabError('invalid_input', `${path} ${message}`, { path });
}
