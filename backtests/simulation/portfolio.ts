import { LabError } from '@stratlab/data/error.ts';
import type { Timeline } from '@stratlab/strategies/wished-weights.ts';
import type { Execution } from '../execution.ts';
import { type ExitReason, longHeld, shortHeld } from '../trade.ts';
import { moneyTolerance } from './conventions.ts';
import { Holding, type Moment } from './holding.ts';
import { Ledger } from './ledger.ts';
import type { Asset } from './portfolio-preconditions.ts';

/** Positions in several instruments on one cash, and the prices they are valued at. One row per instrument. */
export class Portfolio {
  readonly holdings: readonly Holding[];
  readonly ledger: Ledger;
  /** Signed units held. */
  readonly units: Float64Array;
  /** Last price known at this instant, NaN before the first bar. */
  readonly prices: Float64Array;
  /** Sides held since `beginStep`, bits of `Simulation.sides`. */
  sides = 0;

  private readonly initialCapital: number;
  private readonly timelineRows: readonly Int32Array[];
  private readonly multipliers: Float64Array;
  private readonly rows: Int32Array;
  private readonly lived: Int32Array;
  private longs = 0;
  private shorts = 0;
  private readonly moment: Moment = { step: -1, row: -1, lived: 0, price: Number.NaN };

  constructor({ rows }: Timeline, assets: readonly Asset[], execution: Execution, initialCapital: number) {
    const count = assets.length;
    const ledger = new Ledger(initialCapital);
    this.ledger = ledger;
    this.initialCapital = initialCapital;
    this.holdings = assets.map(({ bars, instrument }) => new Holding(bars, instrument, execution, ledger));
    this.timelineRows = rows;
    this.multipliers = Float64Array.from(assets, ({ instrument }) => instrument.multiplier);
    this.units = new Float64Array(count);
    this.prices = new Float64Array(count).fill(Number.NaN);
    this.rows = new Int32Array(count).fill(-1);
    this.lived = new Int32Array(count);
  }

  /** True where equity can fall to the margin: something is held short, or cash is borrowed. */
  get atRisk(): boolean {
    return this.shorts > 0 || this.ledger.cash < 0;
  }

  get flat(): boolean {
    return this.longs + this.shorts === 0;
  }

  beginStep(step: number): void {
    this.moment.step = step;
    this.sides = 0;
    this.noteSides();
  }

  /** Values what has a bar at this step at its open. */
  markAtOpen(step: number): void {
    const { timelineRows, prices, rows, lived, holdings } = this;
    for (let k = 0; k < prices.length; k++) {
      const row = timelineRows[k][step];
      if (row < 0) continue;
      prices[k] = holdings[k].bars.open[row];
      rows[k] = row;
      lived[k] = row;
    }
  }

  /** Values what has a bar at this step at its close. */
  markAtClose(step: number): void {
    const { timelineRows, prices, rows, lived, holdings } = this;
    for (let k = 0; k < prices.length; k++) {
      const row = timelineRows[k][step];
      if (row < 0) continue;
      prices[k] = holdings[k].bars.close[row];
      rows[k] = row;
      lived[k] = row + 1;
    }
  }

  equity(): number {
    const { units, prices, multipliers } = this;
    let sum = this.ledger.cash;
    if (this.flat) return sum;
    for (let k = 0; k < units.length; k++) if (units[k] !== 0) sum += units[k] * prices[k] * multipliers[k];
    return sum;
  }

  /** Signed value of a position. */
  value(k: number): number {
    return this.units[k] === 0 ? 0 : this.units[k] * this.prices[k] * this.multipliers[k];
  }

  /** Sum of the sizes of all positions, each times its share. */
  gross(shares: Float64Array): number {
    let sum = 0;
    if (this.flat) return sum;
    for (let k = 0; k < shares.length; k++) sum += shares[k] * Math.abs(this.value(k));
    return sum;
  }

  /** Where and at what an instrument trades now. Holds until the next question. */
  momentOf(k: number): Moment {
    const { moment } = this;
    moment.row = this.rows[k];
    moment.lived = this.lived[k];
    moment.price = this.prices[k];
    return moment;
  }

  /** Opens or adds to a position, up to `units` of `side`. */
  increase(k: number, side: number, units: number): void {
    const holding = this.holdings[k];
    if (holding.side === 0) this.count(side, 1);
    holding.increase(side, units, this.momentOf(k));
    this.units[k] = side * units;
    this.noteSides();
  }

  /** Closes a position down to `units`. */
  reduce(k: number, units: number, reason: ExitReason): void {
    const holding = this.holdings[k];
    const { side } = holding;
    holding.reduce(units, this.momentOf(k), reason);
    this.units[k] = side * units;
    if (units === 0) this.count(side, -1);
  }

  closeAll(reason: ExitReason): void {
    for (let k = 0; k < this.units.length; k++) if (this.units[k] !== 0) this.reduce(k, 0, reason);
  }

  /** Borrow on shorts, interest on borrowed and on free cash, for `years` at the prices of the step before. */
  finance(years: number, rates: Execution['financing']): void {
    const { ledger } = this;
    const shortValue = this.shortValue();
    const free = Math.max(0, ledger.cash - shortValue);
    const borrowed = Math.max(0, -ledger.cash);
    const { short_borrow_annual, margin_annual, cash_annual } = rates;
    const paid = years * (short_borrow_annual * shortValue + margin_annual * borrowed - cash_annual * free);
    ledger.cash -= paid;
    ledger.financingPaid += paid;
  }

  /** Money made trade by trade against the ledger of cash and positions: two ways to the same sum. */
  checkBooks(): void {
    const { holdings, ledger, initialCapital } = this;
    const made = holdings.reduce((sum, holding, k) => sum + holding.closedPnl + holding.openPnl(this.prices[k]), 0);
    const difference = Math.abs(initialCapital + made - ledger.financingPaid - this.equity());
    if (difference <= moneyTolerance * (initialCapital + ledger.tradedNotional)) return;
    throw new LabError('internal', `The books of a simulation do not balance: ${difference} is missing.`);
  }

  private shortValue(): number {
    const { units } = this;
    let sum = 0;
    if (this.shorts === 0) return sum;
    for (let k = 0; k < units.length; k++) if (units[k] < 0) sum -= this.value(k);
    return sum;
  }

  private count(side: number, change: number): void {
    if (side > 0) this.longs += change;
    else this.shorts += change;
  }

  private noteSides(): void {
    this.sides |= (this.longs > 0 ? longHeld : 0) | (this.shorts > 0 ? shortHeld : 0);
  }
}
