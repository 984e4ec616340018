/** One thing that was measured: values of its runs, in its unit. */
export interface Measurement {
  name: string;
  unit: 'ms' | 'MB' | 'steps/s' | 'models/min' | 'jobs/s';
  values: number[];
}

export interface Measured {
  measurements: Measurement[];
  /** Median time of one over median time of another, by name. */
  ratios?: Record<string, number>;
  /** Medians by what they are of, then by name; null for a peer that is not here. */
  figures?: Record<string, Record<string, unknown>>;
  /** Peers that are not here, and why. */
  skipped?: Record<string, string>;
}

export interface Bench {
  name: string;
  /** What it measures, one line. */
  describes: string;
  run(): Promise<Measured>;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >>> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
