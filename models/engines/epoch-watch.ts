import { EarlyStopping } from '../early-stopping.ts';
import type { EpochReport, TrainedNetwork } from '../engine.ts';
import type { NeuralSpec } from '../spec.ts';

type Epoch = TrainedNetwork['history'][number];
type WatchedSpec = Pick<NeuralSpec, 'epochs' | 'earlyStopping' | 'plateau' | 'learningRate'>;

/** Where a training stands that is to go on: its epochs so far and the weights of the best of them. */
export interface EarlierEpochs {
  readonly history: TrainedNetwork['history'];
  /** Null where nothing was kept: no early stopping or no validation rows. */
  readonly bestWeights: Float64Array | null;
}

/**
 * Follows the losses of a training: remembers the weights of the best epoch, lowers the learning rate on a plateau,
 * says when to stop. Shared by engines so that they decide alike.
 *
 * Early stopping watches the validation loss; the result has the weights of the epoch with the lowest one. The plateau
 * watches the validation loss, without validation rows the training loss: after `patience` epochs without a lower loss
 * the learning rate is multiplied by `factor` and the count starts anew. All of it follows from the history of losses,
 * so a resumed training replays that.
 */
export class EpochWatch {
  learningRate: number;

  readonly #spec: WatchedSpec;
  readonly #history: Epoch[] = [];
  readonly #stopping: EarlyStopping;
  #bestWeights: Float64Array | null = null;
  #plateauLoss = Number.POSITIVE_INFINITY;
  #onPlateau = 0;

  constructor(spec: WatchedSpec, earlier: EarlierEpochs | null = null) {
    this.#spec = spec;
    this.learningRate = spec.learningRate;
    this.#stopping = new EarlyStopping(spec.earlyStopping, []);
    if (earlier === null) return;
    for (const epoch of earlier.history) this.#follow(epoch);
    this.#bestWeights = earlier.bestWeights?.slice() ?? null;
  }

  get stop(): boolean {
    return this.#stopping.stop;
  }

  /** Copies, of now. */
  get soFar(): EarlierEpochs {
    return { history: this.#history.slice(), bestWeights: this.#bestWeights?.slice() ?? null };
  }

  /** Takes the losses of an epoch and the weights after it. */
  record({ epoch, trainLoss, validationLoss }: EpochReport, weights: Float64Array): void {
    const isBest = this.#follow({ epoch, trainLoss, validationLoss });
    if (isBest && validationLoss !== null && this.#spec.earlyStopping !== null) this.#keep(weights);
  }

  /** The outcome, given the weights after the last epoch. */
  result(weights: Float64Array): TrainedNetwork {
    return {
      weights: this.#bestWeights ?? weights,
      bestEpoch: this.#stopping.bestEpoch,
      history: this.#history,
      stoppedEarly: this.stop && this.#history.length < this.#spec.epochs,
    };
  }

  /** Whether the epoch is the best so far. */
  #follow(epoch: Epoch): boolean {
    this.#history.push(epoch);
    this.#followPlateau(epoch.validationLoss ?? epoch.trainLoss);
    return this.#stopping.record(epoch.epoch, epoch.validationLoss);
  }

  #keep(weights: Float64Array): void {
    if (this.#bestWeights === null) this.#bestWeights = weights.slice();
    else this.#bestWeights.set(weights);
  }

  #followPlateau(loss: number): void {
    const { plateau } = this.#spec;
    if (plateau === null) return;
    if (loss < this.#plateauLoss) {
      this.#plateauLoss = loss;
      this.#onPlateau = 0;
    } else if (++this.#onPlateau >= plateau.patience) {
      this.learningRate *= plateau.factor;
      this.#onPlateau = 0;
    }
  }
}
