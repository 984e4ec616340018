import type { Variable } from './variables.ts';

/** One way to divide a variable into levels. */
export interface Division {
  /** Place among the variables. */
  readonly variable: number;
  /** In words: `rsi_zone is oversold`. */
  readonly levels: readonly string[];
  /** The level of the row that begins at place `at` of row-major features. */
  levelAt(features: Float64Array, at: number): number;
}

/**
 * A raw column is divided at its terciles on these rows (the training rows); a fuzzy variable by its set of highest
 * membership, and once more by the set to which the row leans, that of the second highest. Sets that were fitted are
 * told with the values of the indicator that they stand for. `width` is columns per row.
 */
export function divide(variables: readonly Variable[], features: Float64Array, width: number): Division[] {
  return variables.flatMap(({ words, sets, peaks, columns }, variable) => {
    if (sets === null) return [byTercile(variable, words, columns[0], columnOf(features, width, columns[0]))];
    const told = peaks === null ? sets : sets.map((set, k) => `${set}${rangeWords(peaks, k)}`);
    return [bySet(variable, words, told, columns), byLean(variable, words, told, sets, columns)];
  });
}

/** rows x divisions. */
export function levelsOf(divisions: readonly Division[], features: Float64Array, width: number): Uint16Array {
  const rows = features.length / width;
  const grid = new Uint16Array(rows * divisions.length);
  for (let row = 0; row < rows; row++) {
    divisions.forEach((division, d) => {
      grid[row * divisions.length + d] = division.levelAt(features, row * width);
    });
  }
  return grid;
}

function byTercile(variable: number, words: string, column: number, values: Float64Array): Division {
  const sorted = values.toSorted();
  const [low, high] = [sorted[Math.floor(sorted.length / 3)], sorted[Math.floor((2 * sorted.length) / 3)]];
  const [from, to] = [low, high].map((cut) => Number(cut.toPrecision(4)));
  return {
    variable,
    levels: [
      `${words} is low (below ${from})`,
      `${words} is middle (${from} to ${to})`,
      `${words} is high (${to} or more)`,
    ],
    levelAt: (features, at) => (features[at + column] < low ? 0 : features[at + column] < high ? 1 : 2),
  };
}

/** Where a set of a partition is the highest: between the middles of its peak and its neighbours'. */
function rangeWords(peaks: readonly number[], set: number): string {
  const middle = (k: number) => Number(((peaks[k] + peaks[k + 1]) / 2).toPrecision(4));
  if (set === 0) return ` (below ${middle(0)})`;
  return set === peaks.length - 1 ? ` (${middle(set - 1)} or more)` : ` (${middle(set - 1)} to ${middle(set)})`;
}

function bySet(variable: number, words: string, sets: readonly string[], columns: readonly number[]): Division {
  return {
    variable,
    levels: [...sets.map((set) => `${words} is ${set}`), `${words} is in none of its sets`],
    levelAt: (features, at) => highest(features, at, columns),
  };
}

/** `told` are the sets, and `sets` those that a row leans to, in words. */
function byLean(
  variable: number,
  words: string,
  told: readonly string[],
  sets: readonly string[],
  columns: readonly number[],
): Division {
  const leans = [...sets, null];
  return {
    variable,
    levels: [
      ...told.flatMap((set) =>
        leans.map((lean) => `${words} is ${lean === null ? `${set} only` : `${set}, leaning to ${lean}`}`),
      ),
      `${words} is in none of its sets`,
    ],
    levelAt(features, at) {
      const set = highest(features, at, columns);
      return set * leans.length + (set === sets.length ? 0 : highest(features, at, columns, set));
    },
  };
}

/** The set of highest membership (the first of equals) but `without`; their number where all are 0. */
function highest(features: Float64Array, at: number, columns: readonly number[], without?: number): number {
  let best = columns.length;
  let degree = 0;
  columns.forEach((column, set) => {
    if (set !== without && features[at + column] > degree) [best, degree] = [set, features[at + column]];
  });
  return best;
}

function columnOf(features: Float64Array, width: number, column: number): Float64Array {
  return Float64Array.from({ length: features.length / width }, (_, row) => features[row * width + column]);
}
