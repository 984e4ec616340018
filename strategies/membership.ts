/** A membership function: the degree, in [0, 1], to which a value belongs to a fuzzy set. The file's name is its type. */
export interface Membership {
  readonly type: string;
  readonly title: string;
  readonly formula: string;
  readonly source: string;
  /** Names of the numbers it takes, in their order. */
  readonly parameters: readonly string[];
  /** What is wrong with these numbers (`a <= b <= c` broken, say), or null when they are fine. Length and finiteness are checked before. */
  fault(parameters: readonly number[]): string | null;
  /** Degree of membership of each value; NaN where the value is NaN. */
  degrees(values: Float64Array, parameters: readonly number[]): Float64Array;
  /** The interval outside which the degree is below 0.01, for coverage warnings. */
  support(parameters: readonly number[]): [number, number];
}
