import type { Variable } from './variables.ts';

/** How one variable is divided: by its sets, or a raw column at its terciles. */
export interface Division {
  readonly variable: Variable;
  /** Of a raw column: where low ends and where high begins; null for sets. */
  readonly cuts: readonly [number, number] | null;
  /** In words, one per level: `rsi_zone is oversold`. */
  readonly levels: readonly string[];
}

/** Divides the variables; raw columns by the terciles of these rows (the training rows). `width` is columns per row. */
export function divide(variables: readonly Variable[], features: Float64Array, width: number): Division[] {
  return variables.map((variable) => {
    const { words, sets, columns } = variable;
    if (sets !== null) {
      const levels = [...sets.map((set) => `${words} is ${set}`), `${words} is in none of its sets`];
      return { variable, cuts: null, levels };
    }
    const values = columnOf(features, width, columns[0]).sort();
    const [low, high] = [values[Math.floor(values.length / 3)], values[Math.floor((2 * values.length) / 3)]];
    return { variable, cuts: [low, high], levels: tercileWords(words, low, high) };
  });
}

function tercileWords(words: string, low: number, high: number): string[] {
  const [from, to] = [low.toPrecision(4), high.toPrecision(4)].map(Number);
  return [
    `${words} is low (below ${from})`,
    `${words} is middle (${from} to ${to})`,
    `${words} is high (${to} or more)`,
  ];
}

/** rows x divisions: each row's level of each variable, for sets that of the highest membership (the first of equals). */
export function levelsOf(divisions: readonly Division[], features: Float64Array, width: number): Uint8Array {
  const rows = features.length / width;
  const grid = new Uint8Array(rows * divisions.length);
  for (let row = 0; row < rows; row++) {
    divisions.forEach((division, v) => {
      grid[row * divisions.length + v] = levelOf(division, features, row * width);
    });
  }
  return grid;
}

function levelOf({ variable: { columns, sets }, cuts }: Division, features: Float64Array, at: number): number {
  if (sets === null || cuts !== null) {
    const [low, high] = cuts ?? [Number.NaN, Number.NaN];
    const value = features[at + columns[0]];
    return value < low ? 0 : value < high ? 1 : 2;
  }
  let best = sets.length;
  let highest = 0;
  columns.forEach((column, set) => {
    if (features[at + column] > highest) [best, highest] = [set, features[at + column]];
  });
  return best;
}

function columnOf(features: Float64Array, width: number, column: number): Float64Array {
  return Float64Array.from({ length: features.length / width }, (_, row) => features[row * width + column]);
}
