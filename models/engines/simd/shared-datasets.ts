import type { Dataset, TrainingData, TrainingJob } from '../../engine.ts';
import type { NeuralSpec } from '../../spec.ts';
import { type SharedRows, shareRows, stepsOf } from './rows.ts';

/** Converts each data set of many jobs once, and forgets it after the last job that reads it. */
export class SharedDatasets {
  readonly #readers = new Map<Dataset, number>();
  readonly #shared = new Map<Dataset, Map<number, SharedRows>>();

  constructor(jobs: readonly TrainingJob[]) {
    for (const { data } of jobs) this.#count(data, 1);
  }

  share(spec: NeuralSpec, dataset: Dataset): SharedRows {
    const bySteps = this.#shared.get(dataset) ?? new Map<number, SharedRows>();
    const rows = bySteps.get(stepsOf(spec)) ?? shareRows(spec, dataset);
    this.#shared.set(dataset, bySteps.set(stepsOf(spec), rows));
    return rows;
  }

  /** Says that a job has read its data. */
  forget(data: TrainingData): void {
    this.#count(data, -1);
  }

  #count({ train, validation }: TrainingData, change: number): void {
    for (const dataset of [train, validation]) {
      if (dataset === null) continue;
      const left = (this.#readers.get(dataset) ?? 0) + change;
      this.#readers.set(dataset, left);
      if (left === 0) this.#shared.delete(dataset);
    }
  }
}
