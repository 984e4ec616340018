/** In how many bars a position was held, if only for a part of them: of each side, and of either. */
export interface HeldBars {
  readonly long: number;
  readonly short: number;
  readonly either: number;
}

/** Counts the bars of positions that follow one another; two may share a bar. */
export class HeldBarsCount {
  private readonly longs = new BarsCount();
  private readonly shorts = new BarsCount();
  private readonly all = new BarsCount();

  /** A position of this side (1 long, -1 short) from bar `first` to bar `last`. */
  add(side: number, first: number, last: number): void {
    (side > 0 ? this.longs : this.shorts).add(first, last);
    this.all.add(first, last);
  }

  get counted(): HeldBars {
    return { long: this.longs.count, short: this.shorts.count, either: this.all.count };
  }
}

/** The bars of one stretch after another, each once. */
class BarsCount {
  count = 0;
  private end = 0;

  add(first: number, last: number): void {
    if (last >= this.end) this.count += last + 1 - Math.max(first, this.end);
    this.end = last + 1;
  }
}
