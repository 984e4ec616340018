import type { Decisions } from '../decisions.ts';

/** Reads the columns of decisions close by close, and ahead. A side is 1 long, -1 short. */
export class DecisionReader {
  private readonly enterLong: Uint8Array;
  private readonly exitLong: Uint8Array;
  private readonly enterShort: Uint8Array;
  private readonly exitShort: Uint8Array;
  private readonly minSeparation: number;
  private readonly deciding: Int32Array | null;
  private nextDeciding = 0;
  private lastEntry = Number.NEGATIVE_INFINITY;

  constructor({ enterLong, exitLong, enterShort, exitShort, minSeparation, deciding }: Decisions) {
    this.enterLong = enterLong;
    this.exitLong = exitLong;
    this.enterShort = enterShort;
    this.exitShort = exitShort;
    this.minSeparation = minSeparation;
    this.deciding = deciding ?? null;
  }

  /** The side that this close asks to enter; 0 where it asks for none, or contradicts itself, or is too soon. */
  entryAt(t: number): number {
    const { enterLong, exitLong, enterShort, exitShort, minSeparation } = this;
    const long = enterLong[t] & ~exitLong[t];
    const short = enterShort[t] & ~exitShort[t];
    if (long === short || enterLong[t] === enterShort[t]) return 0;
    return t - this.lastEntry < minSeparation ? 0 : long - short;
  }

  /** An entry was ordered at this close: the next keeps `minSeparation` from it. */
  noteEntry(t: number): void {
    this.lastEntry = t;
  }

  /** True where this close asks to leave a side. */
  leaves(side: number, t: number): boolean {
    return (side > 0 ? this.exitLong : this.exitShort)[t] === 1;
  }

  /** The first bar from `from` on whose close may ask for a position; `end`, or `from` behind it, where there is none. */
  nextEntry(from: number, end: number): number {
    return this.deciding === null
      ? firstOf(this.enterLong, this.enterShort, from, end)
      : this.nextListed(this.deciding, from, end);
  }

  /** The same of a close that may ask to leave a position of this side. */
  nextExit(side: number, from: number, end: number): number {
    if (this.deciding !== null) return this.nextListed(this.deciding, from, end);
    return side > 0
      ? firstOf(this.exitLong, this.enterShort, from, end)
      : firstOf(this.exitShort, this.enterLong, from, end);
  }

  private nextListed(deciding: Int32Array, from: number, end: number): number {
    while (deciding[this.nextDeciding] < from) this.nextDeciding++;
    return Math.max(from, Math.min(end, deciding[this.nextDeciding]));
  }
}

/** The first bar from `from` on that one of two columns names; `end` where there is none. */
function firstOf(one: Uint8Array, other: Uint8Array, from: number, end: number): number {
  let t = from;
  while (t < end && (one[t] | other[t]) === 0) t++;
  return t;
}
