import type { Timeline } from './wished-weights.ts';

/** One stay of a symbol in a universe, epoch milliseconds, both inclusive; `to` null: still in it. */
export interface UniverseStay {
  readonly symbol: string;
  readonly from: number;
  readonly to: number | null;
}

/** Per symbol and step, 1 where a bar that starts then falls into one of its stays. */
export function membersAt(
  { time }: Timeline,
  symbols: readonly string[],
  stays: readonly UniverseStay[],
): Uint8Array[] {
  const bySymbol = Map.groupBy(stays, ({ symbol }) => symbol);
  return symbols.map((symbol) => {
    const own = bySymbol.get(symbol) ?? [];
    const isMember = (start: number) => own.some(({ from, to }) => from <= start && (to === null || start <= to));
    return Uint8Array.from(time, (start) => Number(isMember(start)));
  });
}
