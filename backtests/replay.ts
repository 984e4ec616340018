import { type Bars, barCount } from '@stratlab/data/bars.ts';
import { LabError } from '@stratlab/data/error.ts';
import { z } from 'zod';
import type { ExplicitOrder } from './explicit-order.ts';
import { limitFill, stopFill } from './simulation/fills.ts';

/** Settings of the engine whose rules are replayed, by its own names. `commission`: a fraction, or [fixed, fraction]. */
export const replayEngineSchema = z.strictObject({
  cash: z.number().positive().default(10_000),
  commission: z
    .union([z.number().min(-1).max(1), z.tuple([z.number().nonnegative(), z.number().min(-1).max(1)])])
    .default(0),
  spread: z.number().min(0).max(1).default(0),
  margin: z.number().positive().max(1).default(1),
  trade_on_close: z.boolean().default(false),
  hedging: z.boolean().default(false),
  exclusive_orders: z.boolean().default(false),
  finalize_trades: z.boolean().default(false),
});
export type ReplayEngine = z.infer<typeof replayEngineSchema>;

/** A closed trade under the names `stratlab simulate` prints. `size` is signed, `pnl` net of both sides' commission. */
export interface ReplayedTrade {
  size: number;
  entry_bar: number;
  exit_bar: number;
  entry_price: number;
  exit_price: number;
  sl: number | null;
  tp: number | null;
  pnl: number;
  commission: number;
  /** pnl / (entry price x |size|). */
  return: number;
}

export interface Replay {
  trades: ReplayedTrade[];
  /** Still open at the end, as if closed at the last close without cost. */
  open_trades: ReplayedTrade[];
  /** At the close of every bar. */
  equity: Float64Array;
  final_equity: number;
  /** Signed units held after every bar. */
  position: Float64Array;
  /** Commission, and the spread that entries paid, account currency. */
  costs_paid: number;
  /** Sum of |price x size| over all fills. */
  traded_notional: number;
}

/**
 * Runs explicit orders under the rules of backtesting.py 0.6 (next-open fills, whole units, brackets checked in the
 * entry bar of market orders, FIFO netting); specification/execution.md lists them. It exists to check engines against
 * each other: unlike `simulate` it keeps that engine's peculiarities, such as valuing open trades at the close of the
 * bar whose open is being filled.
 */
export function replayOrders(bars: Bars, orders: ExplicitOrder[], engine: ReplayEngine): Replay {
  const rows = barCount(bars);
  const last = orders.find(({ issued_on_bar }) => issued_on_bar >= rows);
  if (last !== undefined) {
    throw new LabError('invalid_input', `An order is issued on bar ${last.issued_on_bar} of ${rows}, counted from 0.`);
  }
  const issuedOn = Map.groupBy(orders, ({ issued_on_bar }) => issued_on_bar);
  const broker = new ReplayBroker(bars, engine);
  for (let t = 0; t < rows && broker.solvent; t++) {
    broker.pass(t);
    if (broker.solvent) for (const order of issuedOn.get(t) ?? []) broker.take(order);
  }
  if (engine.finalize_trades && broker.solvent) broker.finalize(rows - 1);
  const { closed: trades, equity, position, costsPaid, tradedNotional } = broker;
  return {
    trades,
    open_trades: broker.open(rows - 1),
    equity,
    final_equity: equity[rows - 1],
    position,
    costs_paid: costsPaid,
    traded_notional: tradedNotional,
  };
}

/** The largest fraction below one: how that engine writes "all available equity". */
const allEquity = 1 - Number.EPSILON;

interface OpenTrade {
  size: number;
  entryBar: number;
  entryPrice: number;
  stopLoss: Pending | null;
  takeProfit: Pending | null;
}

interface Pending {
  size: number;
  limit: number | null;
  /** Null again once it has triggered. */
  stop: number | null;
  sl: number | null;
  tp: number | null;
  /** The trade that it closes; null for an entry. */
  trade: OpenTrade | null;
}

class ReplayBroker {
  readonly equity: Float64Array;
  readonly position: Float64Array;
  readonly closed: ReplayedTrade[] = [];
  costsPaid = 0;
  tradedNotional = 0;
  solvent = true;

  private readonly bars: Bars;
  private readonly engine: ReplayEngine;
  private readonly fixedFee: number;
  private readonly feeRate: number;
  private readonly entryBars = new Set<number>();
  private cash: number;
  private queue: Pending[] = [];
  private trades: OpenTrade[] = [];
  /** Trades whose close the last entry of an exclusive engine has queued. */
  private closedByEngine: OpenTrade[] = [];
  /** Trades that orders of a kind have named at this close. */
  private readonly named = new Map<string, Set<OpenTrade>>();
  private bar = 0;

  constructor(bars: Bars, engine: ReplayEngine) {
    this.bars = bars;
    this.engine = engine;
    this.cash = engine.cash;
    this.equity = new Float64Array(barCount(bars));
    this.position = new Float64Array(barCount(bars));
    const { commission } = engine;
    [this.fixedFee, this.feeRate] = typeof commission === 'number' ? [0, commission] : commission;
  }

  /**
   * One bar: orders, then equity at the close. Equity at or below zero ends the run at zero; of several open trades
   * that engine then closes every other one, so this does.
   */
  pass(t: number): void {
    this.bar = t;
    this.closedByEngine = [];
    this.named.clear();
    this.processQueue();
    this.equity[t] = this.worth();
    this.position[t] = this.trades.reduce((sum, { size }) => sum + size, 0);
    if (this.equity[t] > 0) return;
    for (let k = 0; k < this.trades.length; k++) this.closeTrade(this.trades[k], this.bars.close[t], t);
    this.equity.fill(0, t);
    this.position[t] = 0;
    this.solvent = false;
  }

  /** Open trades get a closing order, and the last bar is processed once more. */
  finalize(t: number): void {
    for (const trade of this.trades.toReversed()) this.queueClose(trade, -trade.size);
    this.pass(t);
  }

  open(t: number): ReplayedTrade[] {
    const close = this.bars.close[t];
    return this.trades.map((trade) => writtenTrade(trade, close, t, this.fee(trade.size, trade.entryPrice)));
  }

  take(order: ExplicitOrder): void {
    switch (order.kind) {
      case 'entry':
        this.placeEntry(order);
        break;
      case 'cancel':
        this.cancelEntry(order);
        break;
      case 'fill':
        throw new LabError(
          'invalid_input',
          `A recorded fill (bar ${order.issued_on_bar}) is no order of that engine.`,
          {
            hint: 'Give execution in place of engine.',
          },
        );
      default:
        this.changeTrade(order);
    }
  }

  private placeEntry({ size, limit, stop, sl, tp }: ExplicitOrder): void {
    if (this.engine.exclusive_orders) this.closeAll();
    this.queue.push({ size: Math.abs(size) === 1 ? size * allEquity : size, limit, stop, sl, tp, trade: null });
  }

  /** Withdraws what rests (of several orders in a row every other one, as that engine does) and closes what is open. */
  private closeAll(): void {
    for (let k = 0; k < this.queue.length; k++) {
      if (!isBracket(this.queue[k])) this.queue.splice(k, 1);
    }
    for (const trade of this.trades) this.queueClose(trade, -trade.size);
    this.closedByEngine = [...this.trades];
    this.named.delete('close');
  }

  private cancelEntry({ size, limit, stop }: ExplicitOrder): void {
    const wanted = Math.abs(size) === 1 ? size * allEquity : size;
    const k = this.queue.findIndex(
      (order) => order.trade === null && order.size === wanted && order.limit === limit && order.stop === stop,
    );
    if (k >= 0) this.queue.splice(k, 1);
  }

  private changeTrade(order: ExplicitOrder): void {
    const trade = this.tradeOf(order);
    if (trade === undefined) return;
    if (order.kind === 'close') this.closeUnlessQueued(trade, order.size);
    else if (order.kind === 'set_sl') this.setStopLoss(trade, order.stop);
    else this.setTakeProfit(trade, order.limit);
  }

  /**
   * The open trade an order names; none where it has closed since. Of several opened in that bar it is one of the size
   * that the order has, and one that no order of the kind has named at this close.
   */
  private tradeOf({ kind, entry_bar_of_trade: entryBar, size }: ExplicitOrder): OpenTrade | undefined {
    if (entryBar === null || !this.entryBars.has(entryBar)) {
      throw new LabError('invalid_input', `${kind} on bar ${this.bar}: no trade was opened on bar ${entryBar}.`, {
        hint: 'entry_bar_of_trade is the bar in which the trade was filled.',
      });
    }
    const named = this.named.get(kind) ?? new Set();
    this.named.set(kind, named);
    const candidates = this.trades.filter((trade) => trade.entryBar === entryBar && trade.size * size < 0);
    const fresh = candidates.filter((trade) => !named.has(trade));
    const sized = (trade: OpenTrade) => trade.size === -size;
    const trade = fresh.find(sized) ?? candidates.find(sized) ?? fresh[0] ?? candidates[0];
    if (trade !== undefined) named.add(trade);
    return trade;
  }

  /** A recorded list also names the closes that `exclusive_orders` issues with an entry; those are queued already. */
  private closeUnlessQueued(trade: OpenTrade, size: number): void {
    const k = size === -trade.size ? this.closedByEngine.indexOf(trade) : -1;
    if (k >= 0) this.closedByEngine.splice(k, 1);
    else this.queueClose(trade, size);
  }

  private queueClose(trade: OpenTrade, size: number): void {
    this.queue.unshift({ size, limit: null, stop: null, sl: null, tp: null, trade });
  }

  private setStopLoss(trade: OpenTrade, stop: number | null): void {
    if (trade.stopLoss !== null) this.drop(trade.stopLoss);
    trade.stopLoss = stop === null ? null : { size: -trade.size, limit: null, stop, sl: null, tp: null, trade };
    if (trade.stopLoss !== null) this.queue.unshift(trade.stopLoss);
  }

  private setTakeProfit(trade: OpenTrade, limit: number | null): void {
    if (trade.takeProfit !== null) this.drop(trade.takeProfit);
    trade.takeProfit = limit === null ? null : { size: -trade.size, limit, stop: null, sl: null, tp: null, trade };
    if (trade.takeProfit !== null) this.queue.push(trade.takeProfit);
  }

  private processQueue(): void {
    let again = false;
    for (const order of [...this.queue]) {
      if (this.queue.includes(order) && this.process(order)) again = true;
    }
    if (again) this.processQueue();
  }

  /** Fills an order where this bar reaches it; true where the bracket of a new trade is to be looked at in the bar. */
  private process(order: Pending): boolean {
    const fill = this.fillOf(order);
    if (fill === null) return false;
    if (order.trade === null) return this.fillEntry(order, fill);
    this.fillExit(order, order.trade, fill);
    return false;
  }

  private fillOf(order: Pending): Fill | null {
    const side = Math.sign(order.size);
    const open = side * this.bars.open[this.bar];
    const [best, worst] = side > 0 ? [this.bars.high, this.bars.low] : [this.bars.low, this.bars.high];
    const { stop, limit } = order;
    if (stop !== null) {
      if (side * best[this.bar] < side * stop) return null;
      order.stop = null;
    }
    if (limit !== null) {
      const limitBeforeStop = stop !== null && side * limit <= side * stop;
      if (side * worst[this.bar] > side * limit || limitBeforeStop) return null;
      return { price: side * limitFill(stop === null ? open : side * stop, side * limit), bar: this.bar, stop, limit };
    }
    return this.marketFill(order, open, stop, side);
  }

  private marketFill(order: Pending, open: number, stop: number | null, side: number): Fill {
    const onClose = this.engine.trade_on_close && !isBracket(order);
    const market = onClose ? side * this.bars.close[this.bar - 1] : open;
    if (stop !== null) return { price: side * stopFill(market, side * stop), bar: this.bar, stop, limit: null };
    return { price: side * market, bar: onClose ? this.bar - 1 : this.bar, stop, limit: null };
  }

  private fillExit(order: Pending, trade: OpenTrade, { price, bar, stop }: Fill): void {
    if (order === trade.stopLoss) order.stop = stop;
    const size = Math.sign(order.size) * Math.min(Math.abs(trade.size), Math.abs(order.size));
    if (this.trades.includes(trade)) this.reduceTrade(trade, price, size, bar);
    if (this.queue.includes(order) && !isBracket(order)) this.drop(order);
  }

  private fillEntry(order: Pending, fill: Fill): boolean {
    this.drop(order);
    const side = Math.sign(order.size);
    const entryPrice = fill.price * (1 + side * this.engine.spread);
    const unitCost = entryPrice + this.fee(order.size, fill.price) / Math.abs(order.size);
    const wanted = this.wholeUnits(order.size, unitCost);
    const size = this.engine.hedging ? wanted : this.netAgainstOpen(wanted, fill);
    if (size === 0 || Math.abs(size) * unitCost > this.available()) return false;
    this.costsPaid += Math.abs(size) * Math.abs(entryPrice - fill.price);
    this.openTrade(entryPrice, size, order, fill.bar);
    return this.bracketActsAtOnce(order, fill, side);
  }

  private wholeUnits(size: number, unitCost: number): number {
    if (Math.abs(size) >= 1) return Math.trunc(size);
    const budget = this.available() * Math.abs(size);
    return Math.sign(size) * Math.round((budget - (budget % unitCost)) / unitCost);
  }

  /** Closes opposite trades first in, first out; what is left of the order opens a trade. */
  private netAgainstOpen(wanted: number, { price, bar }: Fill): number {
    let left = wanted;
    for (const trade of [...this.trades]) {
      if (left === 0) break;
      if (trade.size * left > 0) continue;
      const closing = Math.sign(left) * Math.min(Math.abs(left), Math.abs(trade.size));
      this.reduceTrade(trade, price, closing, bar);
      left -= closing;
    }
    return left;
  }

  /** In the entry bar a market order's bracket counts; a stop order's only when the target alone was touched. */
  private bracketActsAtOnce({ sl, tp }: Pending, { stop, limit }: Fill, side: number): boolean {
    if (sl === null && tp === null) return false;
    if (stop === null && limit === null) return true;
    if (stop === null || limit !== null || tp === null) return false;
    const [high, low] = [this.bars.high[this.bar], this.bars.low[this.bar]];
    if (side > 0) return tp <= high && (sl ?? Number.NEGATIVE_INFINITY) < low;
    return tp >= low && (sl ?? Number.POSITIVE_INFINITY) > high;
  }

  private openTrade(entryPrice: number, size: number, { sl, tp }: Pending, bar: number): void {
    const trade: OpenTrade = { size, entryBar: bar, entryPrice, stopLoss: null, takeProfit: null };
    this.trades.push(trade);
    this.entryBars.add(bar);
    this.cash -= this.book(size, entryPrice);
    this.setTakeProfit(trade, tp);
    this.setStopLoss(trade, sl);
  }

  private reduceTrade(trade: OpenTrade, price: number, size: number, bar: number): void {
    const left = trade.size + size;
    if (left === 0) {
      this.closeTrade(trade, price, bar);
      return;
    }
    trade.size = left;
    if (trade.stopLoss !== null) trade.stopLoss.size = -left;
    if (trade.takeProfit !== null) trade.takeProfit.size = -left;
    this.settle({ ...trade, size: -size, stopLoss: null, takeProfit: null }, price, bar);
  }

  private closeTrade(trade: OpenTrade, price: number, bar: number): void {
    this.trades = this.trades.filter((open) => open !== trade);
    this.queue = this.queue.filter((order) => order !== trade.stopLoss && order !== trade.takeProfit);
    this.settle(trade, price, bar);
  }

  private settle(trade: OpenTrade, price: number, bar: number): void {
    const { size, entryPrice } = trade;
    const exitFee = this.book(size, price);
    const commission = exitFee + this.fee(size, entryPrice);
    const gross = size * (price - entryPrice);
    this.cash += gross - exitFee;
    this.closed.push(writtenTrade(trade, price, bar, commission));
  }

  /** Takes note of a fill; its fee. */
  private book(size: number, price: number): number {
    const fee = this.fee(size, price);
    this.costsPaid += fee;
    this.tradedNotional += Math.abs(size) * price;
    return fee;
  }

  private fee(size: number, price: number): number {
    return this.fixedFee + Math.abs(size) * price * this.feeRate;
  }

  private worth(): number {
    const close = this.bars.close[this.bar];
    return this.trades.reduce((sum, { size, entryPrice }) => sum + size * (close - entryPrice), this.cash);
  }

  /** What new positions may be worth: equity less the margin in use, at this bar's close, times the leverage. */
  private available(): number {
    const close = this.bars.close[this.bar];
    const leverage = 1 / this.engine.margin;
    const used = this.trades.reduce((sum, { size }) => sum + (Math.abs(size) * close) / leverage, 0);
    return Math.max(0, this.worth() - used) * leverage;
  }

  private drop(order: Pending): void {
    this.queue = this.queue.filter((queued) => queued !== order);
  }
}

function writtenTrade(trade: OpenTrade, price: number, bar: number, commission: number): ReplayedTrade {
  const { size, entryBar, entryPrice, stopLoss, takeProfit } = trade;
  const pnl = size * (price - entryPrice) - commission;
  return {
    size,
    entry_bar: entryBar,
    exit_bar: bar,
    entry_price: entryPrice,
    exit_price: price,
    sl: stopLoss?.stop ?? null,
    tp: takeProfit?.limit ?? null,
    pnl,
    commission,
    return: pnl / (Math.abs(size) * entryPrice),
  };
}

interface Fill {
  price: number;
  /** The row that the fill is dated. */
  bar: number;
  /** The stop that triggered it, and the limit that bounds it. */
  stop: number | null;
  limit: number | null;
}

function isBracket(order: Pending): boolean {
  return order.trade !== null && (order === order.trade.stopLoss || order === order.trade.takeProfit);
}
