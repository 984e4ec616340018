import { neuralNetworkOf } from '../networks/index.ts';
import { type BatchPass, dropoutOf } from '../networks/neural-network.ts';
import { softmax } from '../networks/outputs.ts';
import type { NeuralSpec } from '../spec.ts';
import { rowDelta, rowLoss } from './losses.ts';
import { createPenalties } from './penalties.ts';

/**
 * Loss and gradient over batches of a fixed number of rows. The caller fills `inputs`, `targets`, `rowWeights` (and
 * `masks` under dropout) and calls `compute`; memory is allocated once.
 */
export class BatchGradient {
  readonly rows: number;
  readonly targets: Float64Array;
  readonly rowWeights: Float64Array;

  readonly #spec: NeuralSpec;
  readonly #pass: BatchPass;
  readonly #answers: Float64Array;
  readonly #delta: Float64Array;
  readonly #penalise: () => void;

  constructor(spec: NeuralSpec, weights: Float64Array, rows: number) {
    this.rows = rows;
    this.targets = new Float64Array(rows);
    this.rowWeights = new Float64Array(rows).fill(1);
    this.#spec = spec;
    this.#pass = neuralNetworkOf(spec).pass(spec, weights, rows, dropoutOf(spec));
    this.#answers = new Float64Array(rows * spec.outputs);
    this.#delta = new Float64Array(rows * spec.outputs);
    this.#penalise = createPenalties(spec, weights, this.#pass.gradient);
  }

  /** rows x spec.inputs. */
  get inputs(): Float64Array {
    return this.#pass.inputs;
  }

  /** As of `BatchPass`. */
  get masks(): readonly Float64Array[] {
    return this.#pass.masks;
  }

  /** Gradient of the batch's mean loss and of the penalties by each weight, in the layout of the weights. */
  get gradient(): Float64Array {
    return this.#pass.gradient;
  }

  /** Fills `gradient` and returns the loss, weighted by row, not yet divided and without penalties. */
  compute(): number {
    const { outputs, task } = this.#spec;
    this.#answers.set(this.#pass.forward());
    if (task === 'classification') softmax(this.#answers, this.rows, outputs);
    const loss = this.#lossAndDelta();
    this.#pass.backward(this.#delta);
    this.#penalise();
    return loss;
  }

  /** Sum of the weights of the rows. */
  weight(): number {
    let sum = 0;
    for (let row = 0; row < this.rows; row++) sum += this.rowWeights[row];
    return sum;
  }

  #lossAndDelta(): number {
    const total = this.weight();
    const perWeight = total > 0 ? 1 / total : 0;
    let loss = 0;
    for (let row = 0; row < this.rows; row++) {
      const weight = this.rowWeights[row];
      const target = this.targets[row];
      loss += weight * rowLoss(this.#spec, this.#answers, row, target);
      rowDelta(this.#spec, this.#answers, row, target, weight * perWeight, this.#delta);
    }
    return loss;
  }
}
