import type { Dataset, TrainingJob } from '../../engine.ts';
import { isNeural } from '../../networks/neural-network.ts';
import type { NeuralSpec } from '../../spec.ts';

/** A job of a network of differentiable layers, with its place among all jobs. */
export interface StackedJob extends TrainingJob {
  readonly spec: NeuralSpec;
  readonly index: number;
}

/**
 * The jobs by what can be trained side by side: one spec but for the seed, as many rows to train and to judge by.
 * `allowed` says how many of a kind at once. Throws `RangeError` for a spec without layers.
 */
export function stacksOf(
  jobs: readonly TrainingJob[],
  allowed: (spec: NeuralSpec, jobs: readonly StackedJob[]) => number,
): StackedJob[][] {
  const kinds = Map.groupBy(jobs.map(stackable), kindOf);
  return [...kinds.values()].flatMap((alike) => {
    const size = Math.max(1, allowed(alike[0].spec, alike));
    return Array.from({ length: Math.ceil(alike.length / size) }, (_, i) => alike.slice(i * size, (i + 1) * size));
  });
}

function stackable(job: TrainingJob, index: number): StackedJob {
  const { spec } = job;
  if (!isNeural(spec)) throw new RangeError(`${spec.type} has no layers to train by descent`);
  return { ...job, spec, index };
}

function kindOf({ spec, data }: StackedJob): string {
  const { seed: _, ...rest } = spec;
  return JSON.stringify([rest, data.train.rows, data.validation?.rows ?? 0]);
}

/** The rows of several data sets one behind the other, each set once, in float32. */
export class JoinedRows {
  readonly features: Float32Array;
  readonly targets: Float32Array;
  readonly weights: Float32Array;

  readonly #first = new Map<Dataset, number>();

  constructor(datasets: readonly Dataset[], inputs: number) {
    const rows = datasets.reduce((sum, dataset) => sum + this.#place(dataset, sum), 0);
    this.features = new Float32Array(rows * inputs);
    this.targets = new Float32Array(rows);
    this.weights = new Float32Array(rows).fill(1);
    for (const [{ rows: count, features, targets, weights }, first] of this.#first) {
      this.features.set(features.subarray(0, count * inputs), first * inputs);
      this.targets.set(targets.subarray(0, count), first);
      if (weights !== null) this.weights.set(weights.subarray(0, count), first);
    }
  }

  /** Where a data set begins. */
  firstOf(dataset: Dataset): number {
    const first = this.#first.get(dataset);
    if (first === undefined) throw new RangeError('The data set is not among those joined.');
    return first;
  }

  /** The rows that it adds. */
  #place(dataset: Dataset, at: number): number {
    if (this.#first.has(dataset)) return 0;
    this.#first.set(dataset, at);
    return dataset.rows;
  }
}

/** Sum of the weights of a data set's rows. */
export function totalWeight({ rows, weights }: Dataset): number {
  if (weights === null) return rows;
  let sum = 0;
  for (let row = 0; row < rows; row++) sum += weights[row];
  return sum;
}

/** The jobs' data sets, each once. */
export function datasetsOf(jobs: readonly TrainingJob[]): Dataset[] {
  return [...new Set(jobs.flatMap(({ data: { train, validation } }) => (validation ? [train, validation] : [train])))];
}
