/** The bars of one symbol, and the rows of a sample that are taken from them. */
export interface SampledSeries {
  /** Closes of all its bars, up to the last one that a label depends on. */
  readonly close: Float64Array;
  /** Row numbers in the sample, ascending. */
  readonly rows: Int32Array;
  /** Per entry of `rows`: its bar, and the last bar that its label depends on (>= the bar). */
  readonly bars: Int32Array;
  readonly ends: Int32Array;
}

/** Bars whose returns a label is made of: from the one after its own bar to its end, both included. */
export interface Spans {
  readonly first: Int32Array;
  readonly last: Int32Array;
}

/** Places in `series.rows` of those rows that are in `wanted`; both are ascending. */
export function placesOf({ rows }: SampledSeries, wanted: Int32Array): Int32Array {
  const places: number[] = [];
  let next = 0;
  rows.forEach((row, place) => {
    while (next < wanted.length && wanted[next] < row) next++;
    if (wanted[next] === row) places.push(place);
  });
  return Int32Array.from(places);
}

export function spansAt({ bars, ends }: SampledSeries, places: Int32Array): Spans {
  return { first: places.map((place) => bars[place] + 1), last: places.map((place) => ends[place]) };
}

/** Log return from close to close per bar, 0 on the first. */
export function logReturns(close: Float64Array): Float64Array {
  return close.map((price, bar) => (bar === 0 ? 0 : Math.log(price / close[bar - 1])));
}
