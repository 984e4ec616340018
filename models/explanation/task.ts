import { FLAT, LONG, SHORT, classes as sides } from '@stratlab/strategies/label.ts';
import { likeliest } from '../class-metrics.ts';

/** What a model answers for row-major features that are not normalised: class probabilities, or predicted targets. */
export type Forecast = (features: Float64Array) => Float64Array;

/** What was to be said about some rows. */
export interface Task {
  /** Names of the outputs; null for a regression, whose classes are the sides by sign. */
  readonly classes: readonly string[] | null;
  /** Class index or real target per row. */
  readonly targets: Float64Array;
}

/** What was said about the rows and what was true, as classes. */
export interface Outcome {
  readonly classes: readonly string[];
  readonly said: Int32Array;
  readonly truth: Int32Array;
}

export function outcomeOf(task: Task, predictions: Float64Array): Outcome {
  return {
    classes: task.classes ?? sides,
    said: classesSaid(task, predictions),
    truth: task.classes === null ? Int32Array.from(task.targets, sideOf) : Int32Array.from(task.targets),
  };
}

/** The likeliest class of each row, or the side by the sign of its prediction. */
export function classesSaid({ classes }: Pick<Task, 'classes'>, predictions: Float64Array): Int32Array {
  if (classes === null) return Int32Array.from(predictions, sideOf);
  const { length } = classes;
  return Int32Array.from({ length: predictions.length / length }, (_, row) => likeliest(predictions, row, length));
}

/** Per row: -ln of the probability of the true class, or the squared error. */
export function rowLosses({ classes, targets }: Task, predictions: Float64Array): Float64Array {
  if (classes === null) return targets.map((target, row) => (predictions[row] - target) ** 2);
  return targets.map((truth, row) => -Math.log(Math.max(predictions[row * classes.length + truth], Number.MIN_VALUE)));
}

/** The position that a class stands for: 1, 0, -1; null where it is no side of the market. */
export function positionOf(className: string): number | null {
  return className === sides[LONG] ? 1 : className === sides[FLAT] ? 0 : className === sides[SHORT] ? -1 : null;
}

function sideOf(value: number): number {
  return value > 0 ? LONG : value < 0 ? SHORT : FLAT;
}
