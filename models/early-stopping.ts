import type { TrainedNetwork } from './engine.ts';

interface Rule {
  readonly patience: number;
  readonly minDelta: number;
}

/**
 * Follows the validation loss: the best epoch is the one with the lowest loss, and training stops after `patience`
 * epochs in a row that did not lower the loss by more than `minDelta`. Without a rule or without validation rows the
 * last epoch is the best and nothing stops. Its state follows from the history alone, so a resumed training replays it.
 */
export class EarlyStopping {
  bestEpoch = 0;
  stop = false;

  readonly #rule: Rule | null;
  #lowest = Number.POSITIVE_INFINITY;
  #reference = Number.POSITIVE_INFINITY;
  #withoutGain = 0;

  constructor(rule: Rule | null, history: TrainedNetwork['history']) {
    this.#rule = rule;
    for (const { epoch, validationLoss } of history) this.record(epoch, validationLoss);
  }

  /** Takes the loss of the next epoch; true where that epoch is now the best. */
  record(epoch: number, loss: number | null): boolean {
    if (this.#rule === null || loss === null) {
      this.bestEpoch = epoch;
      return true;
    }
    this.#countPatience(loss, this.#rule);
    if (loss >= this.#lowest) return false;
    this.#lowest = loss;
    this.bestEpoch = epoch;
    return true;
  }

  #countPatience(loss: number, { patience, minDelta }: Rule): void {
    if (loss < this.#reference - minDelta) {
      this.#reference = loss;
      this.#withoutGain = 0;
    } else this.stop = ++this.#withoutGain >= patience;
  }
}
