import { setImmediate } from 'node:timers/promises';
import { LabError } from '@stratlab/data/error.ts';
import type { Checkpoint, EpochReport, TrainedNetwork } from '../../engine.ts';
import { neuralNetworkOf } from '../../networks/index.ts';
import { dropoutOf } from '../../networks/neural-network.ts';
import { fillOrder, streamSeed } from '../../seeding.ts';
import type { NeuralSpec } from '../../spec.ts';
import { numbersOf } from '../checkpoints.ts';
import { EpochWatch } from '../epoch-watch.ts';
import { requireFinite } from '../losses.ts';
import type { KernelBuild } from './kernel.ts';
import { LaidOut, type TrainingRows } from './laid-out.ts';

/** A checkpoint without the mark of its data, which only the caller has. */
export type Standing = Pick<Checkpoint, 'numbers' | 'history'>;

export interface DescentHooks {
  /** Throwing ends the training; `standing` is of this epoch until it returns. */
  onEpoch(report: EpochReport, standing: () => Standing): void | Promise<void>;
  /** Called between pieces of an epoch; throwing ends the training. */
  onPause(): void;
  readonly resumeFrom: Checkpoint | null;
}

/** How long the thread may be kept from its other work. */
const pauseAfterMs = 50;

/**
 * Trains by minibatches in the kernel; the same bits on every machine and thread that runs the build. Throws `insufficient_data` without
 * rows and `invalid_input` where the loss is no longer finite.
 */
export async function trainInKernel(
  build: KernelBuild,
  spec: NeuralSpec,
  rows: TrainingRows,
  hooks: DescentHooks,
): Promise<TrainedNetwork> {
  if (rows.train.rows === 0) throw new LabError('insufficient_data', 'There are no rows to train on.');
  const descent = new Descent(spec, new LaidOut(build, spec, rows), hooks.onPause);
  const watch = descent.start(hooks.resumeFrom);
  const judged = rows.validation?.rows ?? 0;
  for (let epoch = (hooks.resumeFrom?.epoch ?? 0) + 1; epoch <= spec.epochs && !watch.stop; epoch++) {
    const trainLoss = await descent.epoch(epoch, rows.train.rows, watch.learningRate);
    const validationLoss = judged > 0 ? await descent.judge(judged) : null;
    requireFinite(spec, epoch, trainLoss, validationLoss ?? 0);
    const report = { epoch, epochs: spec.epochs, trainLoss, validationLoss };
    watch.record(report, descent.weights());
    await hooks.onEpoch(report, () => descent.standing(watch));
  }
  return watch.result(descent.weights().slice());
}

class Descent {
  readonly #spec: NeuralSpec;
  readonly #laidOut: LaidOut;
  readonly #onPause: () => void;
  readonly #weights: Float64Array;
  /** Batches of a piece. */
  #piece = 1;
  #pausedAt = performance.now();

  constructor(spec: NeuralSpec, laidOut: LaidOut, onPause: () => void) {
    this.#spec = spec;
    this.#laidOut = laidOut;
    this.#onPause = onPause;
    this.#weights = new Float64Array(laidOut.weightCount);
  }

  /** Sets weights and optimiser: the seeded ones, or those of a checkpoint. */
  start(checkpoint: Checkpoint | null): EpochWatch {
    const { weightCount } = this.#laidOut;
    if (checkpoint === null) {
      this.#laidOut.write('weights', neuralNetworkOf(this.#spec).initialWeights(this.#spec));
      return new EpochWatch(this.#spec);
    }
    for (const part of ['weights', 'first', 'second'] as const) {
      this.#laidOut.write(part, numbersOf(checkpoint, part, weightCount));
    }
    const [first, second] = numbersOf(checkpoint, 'powers', 2);
    this.#laidOut.kernel.setPowers(first, second);
    const hasBest = Object.hasOwn(checkpoint.numbers, 'best');
    const bestWeights = hasBest ? numbersOf(checkpoint, 'best', weightCount) : null;
    return new EpochWatch(this.#spec, { history: checkpoint.history, bestWeights });
  }

  standing({ soFar: { history, bestWeights } }: EpochWatch): Standing {
    const { kernel } = this.#laidOut;
    const part = (name: 'weights' | 'first' | 'second') =>
      this.#laidOut.read(name, new Float64Array(this.#weights.length));
    const numbers: Record<string, Float64Array> = {
      weights: part('weights'),
      first: part('first'),
      second: part('second'),
      powers: Float64Array.of(kernel.powerOfFirst(), kernel.powerOfSecond()),
    };
    if (bestWeights !== null) numbers.best = bestWeights;
    return { numbers, history };
  }

  /** As they are now; overwritten by the next call. */
  weights(): Float64Array {
    return this.#laidOut.read('weights', this.#weights);
  }

  /** One pass over the rows; the mean loss seen on the way (under dropout, before each step). */
  async epoch(epoch: number, rows: number, learningRate: number): Promise<number> {
    const { seed, batchSize } = this.#spec;
    const { kernel, order } = this.#laidOut;
    fillOrder(order, seed, epoch);
    if (dropoutOf(this.#spec) > 0) kernel.seedDropout(streamSeed(seed, 'dropout', epoch));
    return this.#inPieces(rows, batchSize, (from, to) => kernel.trainRows(from, to, batchSize, learningRate));
  }

  /** Mean loss over the rows to judge by, without dropout. */
  judge(rows: number): Promise<number> {
    const { kernel, rowsAtOnce } = this.#laidOut;
    return this.#inPieces(rows, rowsAtOnce, kernel.judgeRows);
  }

  /** Pieces of whole batches, so that where a piece ends changes no result; each takes a part of `pauseAfterMs`. */
  async #inPieces(rows: number, batch: number, run: (from: number, to: number) => void): Promise<number> {
    const { kernel } = this.#laidOut;
    kernel.startSum();
    for (let from = 0; from < rows; ) {
      const begun = performance.now();
      const to = Math.min(rows, from + this.#piece * batch);
      run(from, to);
      const now = performance.now();
      this.#fitPiece(now - begun, to - from < rows);
      from = to;
      if (now - this.#pausedAt > pauseAfterMs) await this.#pause();
    }
    return kernel.meanLoss();
  }

  #fitPiece(tookMs: number, isPart: boolean): void {
    if (tookMs > pauseAfterMs / 2) this.#piece = Math.max(1, Math.floor(this.#piece / 2));
    else if (tookMs < pauseAfterMs / 8 && isPart) this.#piece *= 2;
  }

  async #pause(): Promise<void> {
    await setImmediate();
    this.#onPause();
    this.#pausedAt = performance.now();
  }
}
