import { binsOf } from './reliability.ts';

/** `score` = `reliability` - `resolution` + `uncertainty` + `withinBins`. */
export interface Brier {
  /** Mean over rows of the squared distances of all class probabilities from the truth (Brier 1950): 0 best, 2 worst. */
  readonly score: number;
  /** Squared distance of forecasts from the frequencies that followed them: 0 for a calibrated model. */
  readonly reliability: number;
  /** Squared distance of those frequencies from the class's share: how far the model tells rows apart. */
  readonly resolution: number;
  /** The score of always naming the shares of the classes. */
  readonly uncertainty: number;
  /** What binning leaves: variance of the forecasts within a bin, less twice their covariance with the truth. */
  readonly withinBins: number;
}

/**
 * The Brier score and its parts (Murphy 1973), class by class in ten bins of equal mass and summed; with the two terms
 * of Stephenson, Coelho and Jolliffe (2008) for forecasts that differ within a bin the parts add up exactly.
 */
export function brierOf(probabilities: Float64Array, truth: Int32Array, classes: number): Brier {
  const sum = { score: 0, reliability: 0, resolution: 0, uncertainty: 0 };
  for (let k = 0; k < classes; k++) {
    const forecasts = Float64Array.from(truth, (_, row) => probabilities[row * classes + k]);
    const events = Float64Array.from(truth, (own) => Number(own === k));
    const share = mean(events);
    sum.uncertainty += share * (1 - share);
    sum.score += mean(forecasts.map((p, row) => (p - events[row]) ** 2));
    for (const rows of binsOf(forecasts)) {
      const mass = rows.length / truth.length;
      const followed = mean(Float64Array.from(rows, (row) => events[row]));
      sum.reliability += mass * (mean(Float64Array.from(rows, (row) => forecasts[row])) - followed) ** 2;
      sum.resolution += mass * (followed - share) ** 2;
    }
  }
  return { ...sum, withinBins: sum.score - sum.reliability + sum.resolution - sum.uncertainty };
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
