import type { Bars } from '@stratlab/data/bars.ts';
import type { Instrument } from '@stratlab/data/instrument.ts';
import type { Bracket } from '../simulation/bracket.ts';
import type { ExitReason, Trade } from '../trade.ts';

/** A trade with the levels of the stop and the target that were in force when it ended. */
export interface ListedTrade extends Trade {
  sl: number | null;
  tp: number | null;
}

/** How a lot, or a part of it, was left. */
export interface Exit {
  quantity: number;
  fill: number;
  bar: number;
  commission: number;
  reason: ExitReason;
}

/** What one order opened, with a bracket of its own. Several lots of one side make up the position. */
export class Lot {
  readonly side: number;
  readonly entryBar: number;
  readonly entryPrice: number;
  /** Bar on which its order was issued. */
  readonly decisionBar: number;
  bracket: Bracket;
  quantity: number;
  /** Best and worst signed price (price x side) since entry, the entry price included. */
  best: number;
  worst: number;

  private readonly bars: Bars;
  private readonly symbol: string;
  private readonly multiplier: number;
  private readonly entryQuantity: number;
  private readonly entryCommission: number;
  private unsharedCommission: number;

  constructor(
    entry: { side: number; bar: number; fill: number; quantity: number; commission: number; decisionBar: number },
    bracket: Bracket,
    bars: Bars,
    { symbol, multiplier }: Instrument,
  ) {
    this.side = entry.side;
    this.entryBar = entry.bar;
    this.entryPrice = entry.fill;
    this.decisionBar = entry.decisionBar;
    this.quantity = entry.quantity;
    this.entryQuantity = entry.quantity;
    this.entryCommission = entry.commission;
    this.unsharedCommission = entry.commission;
    this.best = entry.side * entry.fill;
    this.worst = entry.side * entry.fill;
    this.bracket = bracket;
    this.bars = bars;
    this.symbol = symbol;
    this.multiplier = multiplier;
  }

  /** Takes note of the signed prices it lived through. */
  see(best: number, worst: number): void {
    if (best > this.best) this.best = best;
    if (worst < this.worst) this.worst = worst;
  }

  /** Takes a part out as a trade; it carries the entry's commission in proportion, the last part the rest. */
  leave(exit: Exit, levels = this.levels()): ListedTrade {
    this.see(this.side * exit.fill, this.side * exit.fill);
    const trade = this.tradeOf(exit, levels);
    this.unsharedCommission -= trade.commission - exit.commission;
    this.quantity = exit.quantity === this.quantity ? 0 : this.quantity - exit.quantity;
    return trade;
  }

  /** As a trade closed at `price` without cost. */
  marked(price: number, bar: number): ListedTrade {
    const exit: Exit = { quantity: this.quantity, fill: price, bar, commission: 0, reason: 'end_of_data' };
    return this.tradeOf(exit, this.levels());
  }

  /** Prices of the stop that is hit first and of the nearest target, null where there is none. */
  levels(): { sl: number | null; tp: number | null } {
    const stop = Math.max(this.bracket.stop, this.bracket.trail);
    const { target } = this.bracket;
    return {
      sl: Number.isFinite(stop) ? this.side * stop : null,
      tp: Number.isFinite(target) ? this.side * target : null,
    };
  }

  private tradeOf({ quantity, fill, bar, commission, reason }: Exit, levels: ReturnType<Lot['levels']>): ListedTrade {
    const { side, entryPrice, entryBar, multiplier } = this;
    const shared =
      quantity === this.quantity ? this.unsharedCommission : (this.entryCommission * quantity) / this.entryQuantity;
    const paid = shared + commission;
    const pnl = side * (fill - entryPrice) * quantity * multiplier - paid;
    return {
      symbol: this.symbol,
      direction: side > 0 ? 'long' : 'short',
      entryBar,
      exitBar: bar,
      entryTime: this.bars.time[entryBar],
      exitTime: this.bars.time[bar],
      entryPrice,
      exitPrice: fill,
      quantity,
      pnl,
      return: pnl / (entryPrice * quantity * multiplier),
      commission: paid,
      barsHeld: bar - entryBar,
      exitReason: reason,
      mae: (this.worst - side * entryPrice) / entryPrice,
      mfe: (this.best - side * entryPrice) / entryPrice,
      ...levels,
    };
  }
}
