import type { HeldBars } from './held-bars.ts';
import type { TradeColumns } from './trade-columns.ts';

export const exitReasons = [
  'signal',
  'reversal',
  'stop_loss',
  'take_profit',
  'trailing_stop',
  'max_holding',
  'end_of_data',
  'liquidation',
] as const;
export type ExitReason = (typeof exitReasons)[number];

/** One round trip, or the part of one that a partial exit closed. */
export interface Trade {
  symbol: string;
  direction: 'long' | 'short';
  /** Row of the bars in which it was filled; of several instruments the step of their timeline. */
  entryBar: number;
  exitBar: number;
  /** Start of that bar, epoch milliseconds. */
  entryTime: number;
  exitTime: number;
  /** Fill prices, slippage and spread included; of a position that was added to, the mean over its units. */
  entryPrice: number;
  exitPrice: number;
  /** Units, > 0. */
  quantity: number;
  /** Net of both sides' commission, account currency. */
  pnl: number;
  /** pnl / (entry price x quantity x multiplier). */
  return: number;
  /** Both sides, account currency. */
  commission: number;
  barsHeld: number;
  exitReason: ExitReason;
  /** Worst (<= 0) and best (>= 0) price move while open, as a fraction of the entry price. */
  mae: number;
  mfe: number;
}

/** Bits of `Simulation.sides`. */
export const longHeld = 1;
export const shortHeld = 2;

/** What a simulated run leaves: the bars from `firstBar`, one row each. */
export interface Simulation {
  /** Row of the full bars that `time[0]` stands for. */
  firstBar: number;
  time: Float64Array;
  /** Cash + position at the close, account currency, after all costs so far. */
  equity: Float64Array;
  /** Signed units held after the bar; of a portfolio the gross value held as a fraction of equity. */
  position: Float64Array;
  /** Of a portfolio, per bar `longHeld` + `shortHeld`: the sides held in it, if only for a part of it. */
  sides?: Uint8Array;
  /** Where they were counted; else `position` tells. */
  heldBars?: HeldBars;
  trades: Trade[];
  /** The same to be measured, where the run kept them. */
  tradeColumns?: TradeColumns;
  /** What is still open at the end (`at_end: mark`), as if closed at the last close without cost; else null. */
  openTrade: Trade | null;
  initialCapital: number;
  /** Commission, and price paid away to spread and slippage, account currency, over the run. */
  commissionPaid: number;
  slippagePaid: number;
  /** Borrowing paid less interest earned on cash, account currency; in the equity, in no trade. */
  financingPaid: number;
  /** Sum of |fill price x quantity x multiplier| over all fills. */
  tradedNotional: number;
  /** Exits in bars that held both stop and target, decided by the `intrabar` rule. */
  ambiguousExits: number;
  /** Entry orders that could not be afforded, or rounded to no quantity. */
  rejectedOrders: number;
  /** Fills that `volume_limit` cut short, and units closed at the last close beyond it; absent without a limit. */
  volumeLimited?: { cutFills: number; unitsBeyondAtEnd: number };
}
