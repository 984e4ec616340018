import type { ExitReason, Trade } from '../trade.ts';

/** What a trade takes over from the position that it closes. */
export interface ClosedPosition {
  /** 1 long, -1 short. */
  side: number;
  entryBar: number;
  entryPrice: number;
  /** Best and worst signed price (price x side) so far. */
  best: number;
  worst: number;
}

const firstTrades = 64;
/** Numbers that the log keeps of a trade. */
const width = 10;

/** Closed trades in one growing array of numbers; objects are made of them when they are asked for. */
export class TradeLog {
  count = 0;
  /** Instrument of the trades. */
  symbol = '';
  private readonly reasons: ExitReason[] = [];
  private numbers = new Float64Array(firstTrades * width);

  clear(): void {
    this.count = 0;
  }

  /** `pnl` and `commission` (of both sides) in account currency. */
  add(
    { side, entryBar, entryPrice, best, worst }: ClosedPosition,
    quantity: number,
    fill: number,
    bar: number,
    reason: ExitReason,
    pnl: number,
    commission: number,
  ): void {
    const from = this.count * width;
    if (from === this.numbers.length) this.grow();
    const { numbers } = this;
    numbers[from] = side;
    numbers[from + 1] = entryBar;
    numbers[from + 2] = bar;
    numbers[from + 3] = entryPrice;
    numbers[from + 4] = fill;
    numbers[from + 5] = quantity;
    numbers[from + 6] = pnl;
    numbers[from + 7] = commission;
    numbers[from + 8] = worst;
    numbers[from + 9] = best;
    this.reasons[this.count] = reason;
    this.count++;
  }

  /** The trades as objects; `time` and `multiplier` are of the bars and the instrument they were made in. */
  trades(time: Float64Array, multiplier: number): Trade[] {
    const trades: Trade[] = [];
    for (let k = 0; k < this.count; k++) trades.push(this.trade(k, time, multiplier));
    return trades;
  }

  private trade(k: number, time: Float64Array, multiplier: number): Trade {
    const { numbers } = this;
    const from = k * width;
    const side = numbers[from];
    const entryBar = numbers[from + 1] | 0;
    const exitBar = numbers[from + 2] | 0;
    const entryPrice = numbers[from + 3];
    const quantity = numbers[from + 5];
    const pnl = numbers[from + 6];
    return {
      symbol: this.symbol,
      direction: side > 0 ? 'long' : 'short',
      entryBar,
      exitBar,
      entryTime: time[entryBar],
      exitTime: time[exitBar],
      entryPrice,
      exitPrice: numbers[from + 4],
      quantity,
      pnl,
      return: pnl / (entryPrice * quantity * multiplier),
      commission: numbers[from + 7],
      barsHeld: exitBar - entryBar,
      exitReason: this.reasons[k],
      mae: (numbers[from + 8] - side * entryPrice) / entryPrice,
      mfe: (numbers[from + 9] - side * entryPrice) / entryPrice,
    };
  }

  private grow(): void {
    const larger = new Float64Array(2 * this.numbers.length);
    larger.set(this.numbers);
    this.numbers = larger;
  }
}
