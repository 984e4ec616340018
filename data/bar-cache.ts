import { type Bars, barColumns, barCount } from './bars.ts';

/** Bars with their content hash. */
export interface HashedBars {
  readonly bars: Bars;
  readonly hash: string;
}

/** Bars in memory by a key of their content, least recently used first out, holding at most `maxBytes`. */
export class BarCache {
  readonly #kept = new Map<string, HashedBars>();
  readonly #maxBytes: number;
  #bytes = 0;
  #hits = 0;
  #misses = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get(key: string, load: () => HashedBars): HashedBars {
    const kept = this.#take(key);
    if (kept === undefined) this.#misses++;
    else this.#hits++;
    const entry = kept ?? load();
    this.#kept.set(key, entry);
    this.#bytes += bytesOf(entry);
    for (const [oldest] of this.#kept) {
      if (this.#bytes <= this.#maxBytes) break;
      this.#take(oldest);
    }
    return entry;
  }

  counts(): { hits: number; misses: number } {
    return { hits: this.#hits, misses: this.#misses };
  }

  #take(key: string): HashedBars | undefined {
    const entry = this.#kept.get(key);
    if (entry === undefined) return undefined;
    this.#kept.delete(key);
    this.#bytes -= bytesOf(entry);
    return entry;
  }
}

function bytesOf({ bars }: HashedBars): number {
  return barCount(bars) * barColumns.length * Float64Array.BYTES_PER_ELEMENT;
}
