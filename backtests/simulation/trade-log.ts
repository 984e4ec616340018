import type { Instrument } from '@stratlab/data/instrument.ts';
import type { ExitReason, Trade } from '../trade.ts';
import type { TradeColumns } from '../trade-columns.ts';

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

type TradedInstrument = Pick<Instrument, 'symbol' | 'multiplier'>;

const firstTrades = 64;
const columnCount = 11;
const [SIDE, ENTRY_BAR, EXIT_BAR, ENTRY, EXIT, QUANTITY, PNL, RETURN, COMMISSION, MAE, MFE] = Array(columnCount).keys();

/** Closed trades of one instrument in growing columns; objects are made of them when they are asked for. */
export class TradeLog {
  count = 0;
  instrument: TradedInstrument = { symbol: '', multiplier: 1 };
  private capacity = firstTrades;
  private readonly reasons: ExitReason[] = [];
  /** One column of `capacity` numbers behind the other. */
  private numbers = new Float64Array(columnCount * firstTrades);

  /** Empties the log. */
  begin(instrument: TradedInstrument): void {
    this.count = 0;
    this.instrument = instrument;
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
    if (this.count === this.capacity) this.grow();
    const { numbers, capacity, count } = this;
    const entry = side * entryPrice;
    numbers[count] = side;
    numbers[count + ENTRY_BAR * capacity] = entryBar;
    numbers[count + EXIT_BAR * capacity] = bar;
    numbers[count + ENTRY * capacity] = entryPrice;
    numbers[count + EXIT * capacity] = fill;
    numbers[count + QUANTITY * capacity] = quantity;
    numbers[count + PNL * capacity] = pnl;
    numbers[count + RETURN * capacity] = pnl / (entryPrice * quantity * this.instrument.multiplier);
    numbers[count + COMMISSION * capacity] = commission;
    numbers[count + MAE * capacity] = (worst - entry) / entryPrice;
    numbers[count + MFE * capacity] = (best - entry) / entryPrice;
    this.reasons[count] = reason;
    this.count++;
  }

  /** What there is until now; it holds until the log begins anew. */
  get columns(): TradeColumns {
    const column = (k: number) => this.numbers.subarray(k * this.capacity, k * this.capacity + this.count);
    return {
      count: this.count,
      side: column(SIDE),
      entryBar: column(ENTRY_BAR),
      exitBar: column(EXIT_BAR),
      pnl: column(PNL),
      return: column(RETURN),
      commission: column(COMMISSION),
    };
  }

  /** The trades as objects; `time` is of the bars that they were made in. */
  trades(time: Float64Array): Trade[] {
    return Array.from({ length: this.count }, (_, k) => this.trade(k, time));
  }

  private trade(k: number, time: Float64Array): Trade {
    const { numbers, capacity } = this;
    const entryBar = numbers[k + ENTRY_BAR * capacity];
    const exitBar = numbers[k + EXIT_BAR * capacity];
    return {
      symbol: this.instrument.symbol,
      direction: numbers[k] > 0 ? 'long' : 'short',
      entryBar,
      exitBar,
      entryTime: time[entryBar],
      exitTime: time[exitBar],
      entryPrice: numbers[k + ENTRY * capacity],
      exitPrice: numbers[k + EXIT * capacity],
      quantity: numbers[k + QUANTITY * capacity],
      pnl: numbers[k + PNL * capacity],
      return: numbers[k + RETURN * capacity],
      commission: numbers[k + COMMISSION * capacity],
      barsHeld: exitBar - entryBar,
      exitReason: this.reasons[k],
      mae: numbers[k + MAE * capacity],
      mfe: numbers[k + MFE * capacity],
    };
  }

  private grow(): void {
    const { numbers, capacity } = this;
    this.numbers = new Float64Array(2 * numbers.length);
    this.capacity = 2 * capacity;
    for (let k = 0; k < columnCount; k++)
      this.numbers.set(numbers.subarray(k * capacity, (k + 1) * capacity), k * this.capacity);
  }
}
