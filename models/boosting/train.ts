import { setImmediate } from 'node:timers/promises';
import { LabError } from '@stratlab/data/error.ts';
import { EarlyStopping } from '../early-stopping.ts';
import type { Checkpoint, Dataset, TrainedNetwork, TrainingData, TrainingHooks } from '../engine.ts';
import { stream } from '../seeding.ts';
import { binFeatures } from './bins.ts';
import { addRound, type BoostingSpec, cutAfter, type Forest, forestOf, weightCount } from './forest.ts';
import { type BoostingLoss, lossOf } from './loss.ts';
import { startScores } from './network.ts';
import { sample } from './sampling.ts';
import { TreeGrower } from './tree.ts';

/**
 * Gradient boosting with second-order histogram trees (Friedman 2001; Chen and Guestrin 2016). A round grows one tree
 * per output, all on the same sample of rows, each on its own sample of inputs. Losses are taken after the round, on all
 * rows. Without early stopping all rounds are kept, with it those up to the best. A checkpoint holds the trees alone:
 * scores are replayed. Throws `insufficient_data` without rows of weight, `limit_exceeded` for a forest too large,
 * `invalid_input` where the loss does not fit the task.
 */
export async function trainBoosting(
  spec: BoostingSpec,
  data: TrainingData,
  hooks: TrainingHooks,
): Promise<TrainedNetwork> {
  requireFittingLoss(spec);
  const history = [...(hooks.resumeFrom?.history ?? [])];
  const stopping = new EarlyStopping(spec.earlyStopping, history);
  const boosting = new Boosting(spec, data, hooks.resumeFrom);
  for (let round = history.length; round < spec.rounds && !stopping.stop; round++) {
    const losses = boosting.round(round);
    history.push({ epoch: round + 1, ...losses });
    stopping.record(round + 1, losses.validationLoss);
    const report = { epoch: round + 1, epochs: spec.rounds, ...losses };
    await hooks.onEpoch(report, () => boosting.checkpoint(history));
    await setImmediate();
  }
  return {
    weights: boosting.upTo(stopping.bestEpoch),
    bestEpoch: stopping.bestEpoch,
    history,
    stoppedEarly: stopping.stop && history.length < spec.rounds,
  };
}

/** Rows with the scores that the trees so far give them. */
interface Scored {
  readonly data: Dataset;
  readonly scores: Float64Array;
}

class Boosting {
  readonly #spec: BoostingSpec;
  readonly #weights: Float64Array;
  readonly #forest: Forest;
  readonly #loss: BoostingLoss;
  readonly #train: Scored;
  readonly #validation: Scored | null;
  /** Training rows with weight. */
  readonly #rows: Int32Array;
  readonly #inputs: Int32Array;
  readonly #grower: TreeGrower;
  readonly #gradients: Float64Array;
  readonly #hessians: Float64Array;

  constructor(spec: BoostingSpec, { train, validation }: TrainingData, checkpoint: Checkpoint | undefined) {
    this.#spec = spec;
    this.#rows = rowsWithWeight(train);
    this.#weights = checkpoint ? checkpoint.numbers.weights.slice() : new Float64Array(weightCount(spec));
    this.#forest = forestOf(spec, this.#weights);
    this.#loss = lossOf(spec);
    if (!checkpoint) this.#forest.base.set(this.#loss.base(train));
    const rounds = checkpoint ? checkpoint.epoch : 0;
    this.#train = this.#scored(train, rounds);
    this.#validation = validation && validation.rows > 0 ? this.#scored(validation, rounds) : null;
    this.#inputs = Int32Array.from({ length: spec.inputs }, (_, input) => input);
    const bins = binFeatures(train.features, this.#rows, train.rows, spec.inputs, spec.bins);
    this.#grower = new TreeGrower(spec, this.#forest, bins);
    this.#gradients = new Float64Array(spec.outputs * train.rows);
    this.#hessians = new Float64Array(spec.outputs * train.rows);
  }

  /** Grows the trees of a round, counted from 0, and returns the losses after it. */
  round(round: number): { trainLoss: number; validationLoss: number | null } {
    const { seed, subsample, featureShare, outputs } = this.#spec;
    const { data, scores } = this.#train;
    this.#loss.differentiate(scores, data, this.#gradients, this.#hessians);
    const rows = sample(this.#rows, subsample, stream(seed, 'rows', round));
    for (let output = 0; output < outputs; output++) {
      const tree = round * outputs + output;
      const inputs = sample(this.#inputs, featureShare, stream(seed, 'columns', tree));
      const part = (values: Float64Array) => values.subarray(output * data.rows, (output + 1) * data.rows);
      this.#grower.grow(tree, rows, inputs, part(this.#gradients), part(this.#hessians));
    }
    return {
      trainLoss: this.#lossAfter(round, this.#train),
      validationLoss: this.#validation && this.#lossAfter(round, this.#validation),
    };
  }

  checkpoint(history: TrainedNetwork['history']): Checkpoint {
    const numbers = { weights: this.#weights.slice() };
    return { engine: 'reference', epoch: history.length, numbers, history: [...history] };
  }

  /** Weights without the trees after a number of rounds. */
  upTo(rounds: number): Float64Array {
    const weights = this.#weights.slice();
    cutAfter(forestOf(this.#spec, weights), rounds);
    return weights;
  }

  #scored(data: Dataset, rounds: number): Scored {
    const scores = startScores(this.#forest, data.rows);
    for (let round = 0; round < rounds; round++)
      addRound(this.#forest, round, scores, data.features, this.#spec.inputs);
    return { data, scores };
  }

  #lossAfter(round: number, { data, scores }: Scored): number {
    addRound(this.#forest, round, scores, data.features, this.#spec.inputs);
    return this.#loss.mean(scores, data);
  }
}

function rowsWithWeight({ rows, weights }: Dataset): Int32Array {
  if (rows === 0) throw new LabError('insufficient_data', 'There are no rows to train on.');
  const all = Int32Array.from({ length: rows }, (_, row) => row);
  const weighty = weights === null ? all : all.filter((row) => weights[row] > 0);
  if (weighty.length > 0) return weighty;
  throw new LabError('insufficient_data', `All ${rows} rows to train on have weight 0.`);
}

function requireFittingLoss({ task, loss, outputs }: BoostingSpec): void {
  const fitting = task === 'classification' ? 'cross_entropy' : 'mse';
  if (loss !== fitting)
    throw new LabError('invalid_input', `Gradient boosting for ${task} does not take the loss ${loss}.`, {
      hint: `Use ${fitting}.`,
    });
  if (task === 'regression' && outputs !== 1)
    throw new LabError('invalid_input', `Gradient boosting for regression has one output, not ${outputs}.`);
}
