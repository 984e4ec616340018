import { wholeSteps } from './sizing.ts';

/** What `volume_limit` leaves to be traded in a bar, in whole steps of the quantity. */
export class VolumeRoom {
  /** Fills that were cut short, those that came to nothing included. */
  cutFills = 0;
  private readonly volume: Float64Array;
  private readonly limit: number | null;
  private readonly step: number;
  private bar = -1;
  private used = 0;

  constructor(volume: Float64Array, limit: number | null, step: number) {
    this.volume = volume;
    this.limit = limit;
    this.step = step;
  }

  /** How many of `wanted` units can still be traded in this bar; all of them without a limit. */
  fits(wanted: number, bar: number): number {
    return this.limit === null ? wanted : this.within(this.limit, wanted, bar);
  }

  /** Takes what fits of `wanted` units. */
  take(wanted: number, bar: number): number {
    return this.limit === null ? wanted : this.takeWithin(this.limit, wanted, bar);
  }

  private within(limit: number, wanted: number, bar: number): number {
    const room = limit * this.volume[bar] - (bar === this.bar ? this.used : 0);
    return wanted > room ? Math.max(0, wholeSteps(room, this.step)) : room >= 0 ? wanted : 0;
  }

  private takeWithin(limit: number, wanted: number, bar: number): number {
    const quantity = this.within(limit, wanted, bar);
    if (quantity < wanted) this.cutFills++;
    this.used = quantity + (bar === this.bar ? this.used : 0);
    this.bar = bar;
    return quantity;
  }
}
