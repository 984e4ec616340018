import type { EpochReport, TrainedNetwork } from '../engine.ts';
import type { ModelSpec } from '../spec.ts';

/**
 * Follows the losses of a training: remembers the weights of the best epoch, lowers the learning rate on a plateau,
 * says when to stop. Shared by engines so that they decide alike.
 *
 * Early stopping watches the validation loss: it stops after `patience` epochs in a row that did not lower the best
 * loss by more than `minDelta`, and the result has the weights of the epoch with the lowest loss. The plateau watches
 * the validation loss, without validation rows the training loss: after `patience` epochs without a lower loss the
 * learning rate is multiplied by `factor` and the count starts anew.
 */
export class EpochWatch {
  learningRate: number;
  stop = false;

  readonly #spec: ModelSpec;
  readonly #history: TrainedNetwork['history'][number][] = [];
  #best: { epoch: number; loss: number; weights: Float64Array } | null = null;
  #reference = Number.POSITIVE_INFINITY;
  #withoutGain = 0;
  #plateauLoss = Number.POSITIVE_INFINITY;
  #onPlateau = 0;

  constructor(spec: ModelSpec) {
    this.#spec = spec;
    this.learningRate = spec.learningRate;
  }

  /** Takes the losses of an epoch and the weights after it. */
  record({ epoch, trainLoss, validationLoss }: EpochReport, weights: Float64Array): void {
    this.#history.push({ epoch, trainLoss, validationLoss });
    this.#followPlateau(validationLoss ?? trainLoss);
    if (validationLoss !== null && this.#spec.earlyStopping) {
      this.#keepBest(epoch, validationLoss, weights);
      this.#countPatience(validationLoss, this.#spec.earlyStopping);
    }
  }

  /** The outcome, given the weights after the last epoch. */
  result(weights: Float64Array): TrainedNetwork {
    const last = this.#history.length;
    return {
      weights: this.#best ? this.#best.weights : weights,
      bestEpoch: this.#best ? this.#best.epoch : last,
      history: this.#history,
      stoppedEarly: this.stop && last < this.#spec.epochs,
    };
  }

  #keepBest(epoch: number, loss: number, weights: Float64Array): void {
    if (this.#best === null) this.#best = { epoch, loss, weights: weights.slice() };
    if (loss >= this.#best.loss) return;
    this.#best.epoch = epoch;
    this.#best.loss = loss;
    this.#best.weights.set(weights);
  }

  #countPatience(loss: number, { patience, minDelta }: { patience: number; minDelta: number }): void {
    if (loss < this.#reference - minDelta) {
      this.#reference = loss;
      this.#withoutGain = 0;
    } else this.stop = ++this.#withoutGain >= patience;
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
