import type { Bars } from '@stratlab/data/bars.ts';
import { type Costs, commissionOf } from '../costs.ts';
import type { Execution } from '../execution.ts';
import type { Account } from './account.ts';
import { moneyTolerance } from './conventions.ts';
import type { EntryFill } from './entry-fill.ts';
import { affordableUnits, type SizingContext, wholeSteps, wishedExposure } from './sizing.ts';
import type { VolumeRoom } from './volume-room.ts';

/**
 * How many units an entry buys. An order is for a *wish*: money to be spent, commission included, or units where `sizing`
 * says so. What a fill leaves of it is the wish of the next.
 */
export class EntrySizer {
  private readonly account: Account;
  private readonly execution: Execution;
  private readonly costs: Costs;
  private readonly strength: Float64Array | null;
  private readonly step: number;
  private readonly room: VolumeRoom;
  private readonly context: SizingContext;
  /** Exposure of every entry; null where it depends on when it is decided. */
  private readonly exposure: number | null;
  private readonly byUnits: boolean;
  /** Of every entry, where the sizing says so; else NaN. */
  private readonly units: number;

  constructor(
    account: Account,
    execution: Execution,
    costs: Costs,
    strength: Float64Array | null,
    step: number,
    room: VolumeRoom,
    { time, close }: Bars,
  ) {
    this.account = account;
    this.execution = execution;
    this.costs = costs;
    this.strength = strength;
    this.step = step;
    this.room = room;
    this.byUnits = execution.sizing.method === 'units';
    this.units = execution.sizing.method === 'units' ? execution.sizing.value : Number.NaN;
    this.context = { time, close, decisionBar: -1, strength: Number.NaN, record: account.record };
    this.exposure = execution.sizing.method === 'percent_of_equity' ? wishedExposure(execution, this.context) : null;
  }

  /** What an entry decided at this bar is for, from the equity at the fill: all of it is cash. */
  wish(decisionBar: number): number {
    return this.byUnits ? this.units : this.account.cash * (this.exposure ?? this.exposureAt(decisionBar));
  }

  private exposureAt(decisionBar: number): number {
    const { context, execution, strength } = this;
    context.decisionBar = decisionBar;
    context.strength = strength === null ? Number.NaN : strength[decisionBar];
    return wishedExposure(execution, context);
  }

  /** Sets what a wish buys of what the bar's volume leaves, and the price paid. */
  size(wish: number, entry: EntryFill): void {
    entry.fill = this.fill(0, entry);
    entry.wanted = wholeSteps(this.byUnits ? wish : this.unitsFor(wish, entry), this.step);
    entry.quantity = this.room.take(entry.wanted, entry.bar);
    if (this.account.sizeMatters) entry.fill = this.fill(entry.quantity, entry);
  }

  /** What is left of a wish after an entry. */
  left(wish: number, { quantity, fill }: EntryFill): number {
    return wish - (this.byUnits ? quantity : this.cost(quantity, fill));
  }

  /** True where the units wanted, and what is held, are within the leverage. */
  canAfford({ wanted, fill, price }: EntryFill): boolean {
    const { account, execution } = this;
    const held = account.quantity * price * account.multiplier;
    return held + this.cost(wanted, fill) <= account.equityAt(price) * execution.leverage * (1 + moneyTolerance);
  }

  private unitsFor(wish: number, entry: EntryFill): number {
    const roughly = this.affordable(wish, entry.fill);
    if (!this.account.sizeMatters) return roughly;
    return this.affordable(wish, this.fill(this.room.fits(roughly, entry.bar), entry));
  }

  /** Price paid for so many units. */
  private fill(quantity: number, { side, price, bar, atMarket }: EntryFill): number {
    return this.account.entryFill(side, quantity, price, bar, atMarket);
  }

  private affordable(budget: number, fill: number): number {
    return affordableUnits(budget, fill * this.account.multiplier, this.costs);
  }

  /** Value and commission. */
  private cost(quantity: number, fill: number): number {
    const value = quantity * fill * this.account.multiplier;
    return value + commissionOf(this.costs, value, quantity);
  }
}
