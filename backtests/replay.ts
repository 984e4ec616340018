import { type Bars, barCount } from '@stratlab/data/bars.ts';
import { LabError } from '@stratlab/data/error.ts';
import { z } from 'zod';
import { limitFill, stopFill } from './simulation/fills.ts';

const orderKinds = ['entry', 'cancel', 'close', 'set_sl', 'set_tp'] as const;
const price = z.number().positive().nullable().default(null);

/**
 * One instruction, given after the close of bar `issued_on_bar` in the order of the list. `entry` places an order
 * (market without `limit` and `stop`); `cancel` withdraws a resting entry of the same size, limit and stop; `close`
 * closes `size` of the trade opened on `entry_bar_of_trade`; `set_sl` and `set_tp` move that trade's bracket to `stop`
 * or `limit`. |size| up to 1 is a fraction of what can be bought (1: all), above 1 whole units; the sign is the side.
 */
const orderSchema = z.strictObject({
  issued_on_bar: z.int().nonnegative(),
  kind: z.enum(orderKinds),
  size: z.number(),
  limit: price,
  stop: price,
  sl: price,
  tp: price,
  entry_bar_of_trade: z.int().nonnegative().nullable().default(null),
});
export type ExplicitOrder = z.infer<typeof orderSchema>;

/** Settings of the engine whose rules are replayed, by its own names. `commission`: a fraction, or [fixed, fraction]. */
export const replayEngineSchema = z.strictObject({
  cash: z.number().positive().default(10_000),
  commission: z
    .union([z.number().min(0).max(1), z.tuple([z.number().nonnegative(), z.number().min(0).max(1)])])
    .default(0),
  spread: z.number().min(0).max(1).default(0),
  margin: z.number().positive().max(1).default(1),
  trade_on_close: z.boolean().default(false),
  hedging: z.boolean().default(false),
  exclusive_orders: z.boolean().default(false),
  finalize_trades: z.boolean().default(false),
});
export type ReplayEngine = z.infer<typeof replayEngineSchema>;

const defaultFields = Object.keys(orderSchema.shape);
const listSchema = z.object({
  orders: z.array(z.union([z.array(z.unknown()), z.record(z.string(), z.unknown())])),
  order_fields: z.array(z.string()).default(defaultFields),
});
const requestSchema = z.union([
  z.object({ result: listSchema, engine: replayEngineSchema.optional() }),
  listSchema.extend({ engine: replayEngineSchema.optional() }),
]);

/** A list of orders and, where the file names one, the engine whose rules they are to be run under. */
export interface ReplayRequest {
  orders: ExplicitOrder[];
  engine: ReplayEngine | null;
}

/**
 * Reads `{orders, order_fields?, engine?}`, or a recorded run that holds orders in its `result`. Rows are objects, or
 * arrays in the order of `order_fields`. Throws `invalid_input` naming the row.
 */
export function readReplay(document: unknown): ReplayRequest {
  const request = parsed(requestSchema, document, 'orders');
  const list = 'result' in request ? request.result : request;
  const orders = list.orders.map((row, k) => {
    const fields = Array.isArray(row) ? Object.fromEntries(list.order_fields.map((name, j) => [name, row[j]])) : row;
    return parsed(orderSchema, fields, `orders.${k}`);
  });
  return { orders, engine: request.engine ?? null };
}

function parsed<Schema extends z.ZodType>(schema: Schema, value: unknown, path: string): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const where = [path, ...issue.path].join('.');
  throw new LabError('invalid_input', `${where}: ${issue.message}`, {
    path: where,
    hint: `An order has ${defaultFields.join(', ')}; kind is one of ${orderKinds.join(', ')}.`,
  });
}

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
  /** At the close of every bar. */
  equity: Float64Array;
  final_equity: number;
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
  return { trades: broker.closed, equity: broker.equity, final_equity: broker.equity[rows - 1] };
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
  readonly closed: ReplayedTrade[] = [];
  solvent = true;

  private readonly bars: Bars;
  private readonly engine: ReplayEngine;
  private readonly fixedFee: number;
  private readonly feeRate: number;
  private readonly entryBars = new Set<number>();
  private cash: number;
  private queue: Pending[] = [];
  private trades: OpenTrade[] = [];
  private bar = 0;

  constructor(bars: Bars, engine: ReplayEngine) {
    this.bars = bars;
    this.engine = engine;
    this.cash = engine.cash;
    this.equity = new Float64Array(barCount(bars));
    const { commission } = engine;
    [this.fixedFee, this.feeRate] = typeof commission === 'number' ? [0, commission] : commission;
  }

  /**
   * One bar: orders, then equity at the close. Equity at or below zero ends the run at zero; of several open trades
   * that engine then closes every other one, so this does.
   */
  pass(t: number): void {
    this.bar = t;
    this.processQueue();
    this.equity[t] = this.worth();
    if (this.equity[t] > 0) return;
    for (let k = 0; k < this.trades.length; k++) this.closeTrade(this.trades[k], this.bars.close[t], t);
    this.equity.fill(0, t);
    this.solvent = false;
  }

  /** Open trades get a closing order, and the last bar is processed once more. */
  finalize(t: number): void {
    for (const trade of this.trades.toReversed()) this.queueClose(trade, -trade.size);
    this.pass(t);
  }

  take(order: ExplicitOrder): void {
    switch (order.kind) {
      case 'entry':
        this.placeEntry(order);
        break;
      case 'cancel':
        this.cancelEntry(order);
        break;
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
    if (order.kind === 'close') this.queueClose(trade, order.size);
    else if (order.kind === 'set_sl') this.setStopLoss(trade, order.stop);
    else this.setTakeProfit(trade, order.limit);
  }

  /** The open trade an order names; none where it has closed since. */
  private tradeOf({ kind, entry_bar_of_trade: entryBar, size }: ExplicitOrder): OpenTrade | undefined {
    if (entryBar === null || !this.entryBars.has(entryBar)) {
      throw new LabError('invalid_input', `${kind} on bar ${this.bar}: no trade was opened on bar ${entryBar}.`, {
        hint: 'entry_bar_of_trade is the bar in which the trade was filled.',
      });
    }
    const candidates = this.trades.filter((trade) => trade.entryBar === entryBar && trade.size * size < 0);
    return candidates.find((trade) => trade.size === -size) ?? candidates[0];
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
    this.cash -= this.fee(size, entryPrice);
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

  private settle({ size, entryBar, entryPrice, stopLoss, takeProfit }: OpenTrade, price: number, bar: number): void {
    const exitFee = this.fee(size, price);
    const commission = exitFee + this.fee(size, entryPrice);
    const gross = size * (price - entryPrice);
    this.cash += gross - exitFee;
    this.closed.push({
      size,
      entry_bar: entryBar,
      exit_bar: bar,
      entry_price: entryPrice,
      exit_price: price,
      sl: stopLoss?.stop ?? null,
      tp: takeProfit?.limit ?? null,
      pnl: gross - commission,
      commission,
      return: (gross - commission) / (Math.abs(size) * entryPrice),
    });
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
