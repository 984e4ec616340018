import type { ExitReason, Trade } from '../trade.ts';
import { readAhead } from './read-ahead.ts';

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
  private readonly written: Trade[] = [];

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

  /**
   * The trades as objects, the same ones again where the log was cleared in between. `time` and `multiplier` are of the
   * bars and the instrument they were made in.
   */
  trades(time: Float64Array, multiplier: number): Trade[] {
    const { written } = this;
    this.readTimes(time);
    written.length = Math.min(written.length, this.count);
    while (written.length < this.count) written.push(blankTrade());
    for (let k = 0; k < this.count; k++) this.write(written[k], k, time, multiplier);
    return written;
  }

  /** Where trades are so close that most lines of the cache are needed. */
  private readTimes(time: Float64Array): void {
    const { count, numbers } = this;
    if (count === 0) return;
    const [from, end] = [numbers[1], numbers[(count - 1) * width + 2]];
    if (count * 64 > end - from) readAhead(time, from, end);
  }

  private write(trade: Trade, k: number, time: Float64Array, multiplier: number): void {
    const { numbers } = this;
    const from = k * width;
    const side = numbers[from];
    const entryBar = numbers[from + 1] | 0;
    const exitBar = numbers[from + 2] | 0;
    const entryPrice = numbers[from + 3];
    const quantity = numbers[from + 5];
    const pnl = numbers[from + 6];
    trade.symbol = this.symbol;
    trade.direction = side > 0 ? 'long' : 'short';
    trade.entryBar = entryBar;
    trade.exitBar = exitBar;
    trade.entryTime = time[entryBar];
    trade.exitTime = time[exitBar];
    trade.entryPrice = entryPrice;
    trade.exitPrice = numbers[from + 4];
    trade.quantity = quantity;
    trade.pnl = pnl;
    trade.return = pnl / (entryPrice * quantity * multiplier);
    trade.commission = numbers[from + 7];
    trade.barsHeld = exitBar - entryBar;
    trade.exitReason = this.reasons[k];
    trade.mae = (numbers[from + 8] - side * entryPrice) / entryPrice;
    trade.mfe = (numbers[from + 9] - side * entryPrice) / entryPrice;
  }

  private grow(): void {
    const larger = new Float64Array(2 * this.numbers.length);
    larger.set(this.numbers);
    this.numbers = larger;
  }
}

function blankTrade(): Trade {
  const unknown = Number.NaN;
  return {
    symbol: '',
    direction: 'long',
    entryBar: 0,
    exitBar: 0,
    entryTime: unknown,
    exitTime: unknown,
    entryPrice: unknown,
    exitPrice: unknown,
    quantity: unknown,
    pnl: unknown,
    return: unknown,
    commission: unknown,
    barsHeld: 0,
    exitReason: 'signal',
    mae: unknown,
    mfe: unknown,
  };
}
