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
 * membership, and once more by the set to which the row leans, that of the second highest. `width` is columns per row.
 */
export function divide(variables: readonly Variable[], features: Float64Array, width: number): Division[] {
  return variables.flatMap(({ words, sets, columns }, variable) =>
    sets === null
      ? [byTercile(variable, words, columns[0], columnOf(features, width, columns[0]))]
      : [bySet(variable, words, sets, columns), byLean(variable, words, sets, columns)],
  );
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

function bySet(variable: number, words: string, sets: readonly string[], columns: readonly number[]): Division {
  return {
    variable,
    levels: [...sets.map((set) => `${words} is ${set}`), `${words} is in none of its sets`],
    levelAt: (features, at) => highest(features, at, columns),
  };
}

function byLean(variable: number, words: string, sets: readonly string[], columns: readonly number[]): Division {
  const leans = [...sets, null];
  return {
    variable,
    levels: [
      ...sets.flatMap((set) =>
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
