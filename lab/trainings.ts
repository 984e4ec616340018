import { join } from 'node:path';
import { LabError } from '@stratlab/data/error.ts';
import { forgetCheckpoints, readCheckpoint, writeCheckpoint } from '@stratlab/models/checkpoint-file.ts';
import type { Checkpoint, EpochReport } from '@stratlab/models/engine.ts';
import type { EnsembleHooks } from '@stratlab/models/fit-ensemble.ts';

export interface LearnHooks {
  progress(report: { percent: number; stage: string; etaMs: number | null }): void;
  signal: AbortSignal;
  /** Between two checkpoints of one training; absent: so long that short ones write none. */
  checkpointMs?: number;
}

const usualCheckpointMs = 2000;

/** The trainings of one model, side by side: says how far they are, stops on request, keeps what a crash would lose. */
export class Trainings implements EnsembleHooks {
  readonly #folder: string;
  readonly #members: number;
  readonly #hooks: LearnHooks;
  readonly #done: Float64Array;
  readonly #kept: Float64Array;
  readonly #startedAt = performance.now();

  constructor(folder: string, members: number, hooks: LearnHooks) {
    this.#folder = folder;
    this.#members = members;
    this.#hooks = hooks;
    this.#done = new Float64Array(members);
    this.#kept = new Float64Array(members).fill(this.#startedAt);
  }

  async onEpoch(member: number, report: EpochReport, checkpoint: () => Checkpoint): Promise<void> {
    const { epoch, epochs, trainLoss, validationLoss } = report;
    await new Promise((resolve) => setImmediate(resolve));
    this.#done[member] = epoch / epochs;
    const losses = `loss ${trainLoss.toPrecision(4)}${validationLoss === null ? '' : `, validation ${validationLoss.toPrecision(4)}`}`;
    const which = this.#members === 1 ? '' : `network ${member + 1} of ${this.#members}, `;
    const share = this.#done.reduce((sum, part) => sum + part, 0) / this.#members;
    this.#hooks.progress({
      percent: 5 + 90 * share,
      stage: `${which}epoch ${epoch} of ${epochs}, ${losses}`,
      etaMs: this.#etaMs(share),
    });
    const { checkpointMs = usualCheckpointMs, signal } = this.#hooks;
    if (performance.now() - this.#kept[member] >= checkpointMs) {
      writeCheckpoint(this.#path(member), checkpoint());
      this.#kept[member] = performance.now();
    }
    if (signal.aborted) throw new LabError('cancelled', `Training was cancelled in epoch ${epoch} of ${epochs}.`);
  }

  resumeFrom(member: number): Checkpoint | undefined {
    return readCheckpoint(this.#path(member));
  }

  /** The model is stored: nothing of its making needs to be kept. */
  forget(): void {
    forgetCheckpoints(this.#folder);
  }

  #etaMs(share: number): number {
    return ((performance.now() - this.#startedAt) / share) * (1 - share);
  }

  #path(member: number): string {
    return join(this.#folder, `${member}.checkpoint`);
  }
}
