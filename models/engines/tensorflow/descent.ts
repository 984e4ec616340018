import { setImmediate } from 'node:timers/promises';
import type { Random } from '@stratlab/data/random.ts';
import type { Dataset } from '../../engine.ts';
import { fillOrder, stream } from '../../seeding.ts';
import type { NeuralSpec } from '../../spec.ts';
import { type StackedJob, totalWeight } from '../stacked/stack.ts';
import type { ModelEpoch, ModelState, StackDescent } from '../stacked/train-stack.ts';
import { StackedLayout } from './layout.ts';
import type { Tensor, TensorFlow } from './library.ts';
import { rowLosses } from './losses.ts';
import { drawMasks } from './masks.ts';
import { clipped, type Moments, stepped } from './optimizer.ts';
import { type Batch, DeviceRows } from './rows.ts';
import { forwardStacked } from './stacked-network.ts';

/** How long the thread may be kept from its other work. */
const pauseAfterMs = 50;
/** Rows of all models that are judged together, where batches are smaller. */
const judgedAtOnce = 8192;

interface Model {
  readonly job: StackedJob;
  readonly order: Int32Array;
  /** Where its rows begin among the joined ones. */
  readonly first: number;
  /** Sum of its row weights. */
  readonly weight: number;
  /** The rows to judge it by, where they begin, and the sum of their weights; null where there are none. */
  readonly judged: { readonly first: number; readonly weight: number; readonly rowWeights: Float64Array | null } | null;
  readonly powers: Float64Array;
}

/** A stack of models on TensorFlow's device, in float32. */
export class TensorFlowDescent implements StackDescent {
  readonly #tf: TensorFlow;
  readonly #spec: NeuralSpec;
  readonly #layout: StackedLayout;
  readonly #rows: DeviceRows;
  readonly #penalised: Tensor;
  #models: readonly Model[];
  #moments: Moments;
  #pausedAt = performance.now();

  constructor(tf: TensorFlow, jobs: readonly StackedJob[], states: readonly ModelState[]) {
    const [{ spec }] = jobs;
    this.#tf = tf;
    this.#spec = spec;
    this.#layout = new StackedLayout(tf, spec);
    this.#penalised = this.#layout.penalised();
    this.#rows = new DeviceRows(tf, spec, jobs);
    this.#models = jobs.map((job, place) => ({
      job,
      order: new Int32Array(job.data.train.rows),
      first: this.#rows.joined.firstOf(job.data.train),
      weight: totalWeight(job.data.train),
      judged: job.data.validation && this.#judgedBy(job.data.validation),
      powers: states[place].powers.slice(),
    }));
    const stacked = (part: 'weights' | 'first' | 'second') => this.#stacked(states.map((state) => state[part]));
    this.#moments = { weights: stacked('weights'), first: stacked('first'), second: stacked('second') };
  }

  async epoch(epochs: readonly ModelEpoch[]): Promise<Float64Array> {
    const { batchSize } = this.#spec;
    const rows = this.#models[0].order.length;
    const draws = epochs.map(({ seed, epoch }) => stream(seed, 'dropout', epoch));
    this.#models.forEach(({ order }, place) => {
      fillOrder(order, epochs[place].seed, epochs[place].epoch);
    });
    const losses: Tensor[] = [];
    try {
      for (let from = 0; from < rows; from += batchSize) {
        losses.push(this.#step(from, Math.min(rows, from + batchSize), epochs, draws));
        await this.#pause();
      }
      return this.#meanLosses(await this.#download(losses));
    } finally {
      for (const loss of losses) loss.dispose();
    }
  }

  async judge(): Promise<Float64Array | null> {
    const rows = this.#models[0].job.data.validation?.rows ?? 0;
    if (rows === 0) return null;
    const atOnce = Math.max(this.#spec.batchSize, Math.ceil(judgedAtOnce / this.#models.length));
    const losses = new Float64Array(this.#models.length);
    for (let from = 0; from < rows; from += atOnce) {
      this.#addJudged(losses, from, Math.min(rows, from + atOnce));
      await this.#pause();
    }
    return losses;
  }

  async weights(): Promise<Float64Array[]> {
    const { weightCount } = this.#layout;
    const all = await this.#moments.weights.data();
    return this.#models.map((_, place) =>
      Float64Array.from({ length: weightCount }, (_weight, i) => all[place * weightCount + i]),
    );
  }

  state(place: number): ModelState {
    const { tidy, slice } = this.#tf;
    const part = (of: keyof Moments) =>
      Float64Array.from(tidy(() => slice(this.#moments[of], [place, 0], [1, this.#layout.weightCount]).dataSync()));
    const powers = this.#models[place].powers.slice();
    return { weights: part('weights'), first: part('first'), second: part('second'), powers };
  }

  keep(places: readonly number[]): void {
    this.#models = places.map((place) => this.#models[place]);
    this.#replace(() => {
      const indices = this.#tf.tensor(Int32Array.from(places), [places.length], 'int32');
      const kept = (values: Tensor) => this.#tf.gather(values, indices, 0);
      const { weights, first, second } = this.#moments;
      return { weights: kept(weights), first: kept(first), second: kept(second) };
    });
  }

  dispose(): void {
    this.#rows.dispose();
    this.#penalised.dispose();
    const { weights, first, second } = this.#moments;
    for (const tensor of new Set([weights, first, second])) tensor.dispose();
  }

  /** Each model's step over the rows from `from` to `to` of its order; the sums of their losses, weighted by row. */
  #step(from: number, to: number, epochs: readonly ModelEpoch[], draws: readonly Random[]): Tensor {
    const tf = this.#tf;
    const taken = this.#models.map(({ order, first }) => order.subarray(from, to).map((row) => first + row));
    const places = Int32Array.from(taken.flatMap((rows) => [...rows]));
    const rates = epochs.map(({ learningRate }) => learningRate);
    const powers = this.#models.map((model) => model.powers);
    return tf.tidy(() => {
      const batch = this.#rows.batch(places, taken.length);
      const { gradient, loss } = this.#gradient(batch, drawMasks(tf, this.#spec, draws, to - from));
      this.#replace(() => stepped(tf, this.#spec, this.#moments, gradient, powers, rates));
      return loss;
    });
  }

  #gradient({ inputs, wanted, weights }: Batch, masks: readonly Tensor[]): { gradient: Tensor; loss: Tensor } {
    const tf = this.#tf;
    const { l1, l2, gradientClip } = this.#spec;
    const pass = forwardStacked(tf, this.#spec, {
      weights: this.#layout.tensorsOf(this.#moments.weights),
      inputs,
      masks,
    });
    const { losses, delta } = rowLosses(tf, this.#spec, pass.outputs, wanted);
    const shares = tf.divNoNan(weights, tf.sum(weights, [1], true));
    let gradient = this.#layout.joined(pass.backward(delta(shares)));
    if (l1 > 0 || l2 > 0) gradient = tf.add(gradient, this.#penalties(l1, l2));
    if (gradientClip !== null) gradient = clipped(tf, gradient, gradientClip);
    return { gradient, loss: tf.sum(tf.mul(losses, weights), [1, 2], false) };
  }

  #penalties(l1: number, l2: number): Tensor {
    const tf = this.#tf;
    const { weights } = this.#moments;
    return tf.mul(this.#penalised, tf.add(tf.mul(l1, tf.sign(weights)), tf.mul(l2, weights)));
  }

  /** Adds each model's share of the mean loss over the rows from `from` to `to` of those to judge by. */
  #addJudged(means: Float64Array, from: number, to: number): void {
    const tf = this.#tf;
    const judged = this.#models.flatMap((model) => model.judged ?? []);
    const rows = to - from;
    const places = Int32Array.from(
      { length: judged.length * rows },
      (_, i) => judged[Math.floor(i / rows)].first + from + (i % rows),
    );
    const losses = tf.tidy(() => {
      const { inputs, wanted } = this.#rows.batch(places, judged.length);
      const weights = this.#layout.tensorsOf(this.#moments.weights);
      const { outputs } = forwardStacked(tf, this.#spec, { weights, inputs, masks: [] });
      return rowLosses(tf, this.#spec, outputs, wanted).losses.dataSync();
    });
    judged.forEach(({ weight, rowWeights }, place) => {
      if (weight === 0) return;
      for (let i = 0; i < rows; i++) {
        means[place] += ((rowWeights?.[from + i] ?? 1) / weight) * losses[place * rows + i];
      }
    });
  }

  #judgedBy(validation: Dataset): Model['judged'] {
    const first = this.#rows.joined.firstOf(validation);
    return { first, weight: totalWeight(validation), rowWeights: validation.weights };
  }

  /** The losses of all steps, steps x models. */
  async #download(losses: readonly Tensor[]): Promise<ArrayLike<number>> {
    const all = this.#tf.concat(losses, 0);
    try {
      return await all.data();
    } finally {
      all.dispose();
    }
  }

  #meanLosses(sums: ArrayLike<number>): Float64Array {
    const { length } = this.#models;
    const means = new Float64Array(length);
    for (let i = 0; i < sums.length; i++) means[i % length] += sums[i];
    return means.map((sum, place) => (this.#models[place].weight > 0 ? sum / this.#models[place].weight : 0));
  }

  /** Puts new weights and moments in the place of the old, which are freed. */
  #replace(make: () => Moments): void {
    const { tidy, keep } = this.#tf;
    const before = this.#moments;
    this.#moments = tidy(() => {
      const { weights, first, second } = make();
      return { weights: keep(weights), first: keep(first), second: keep(second) };
    });
    const kept = new Set<Tensor>([this.#moments.first, this.#moments.second]);
    for (const tensor of [before.weights, before.first, before.second]) if (!kept.has(tensor)) tensor.dispose();
  }

  #stacked(parts: readonly Float64Array[]): Tensor {
    const { weightCount } = this.#layout;
    const all = new Float32Array(parts.length * weightCount);
    parts.forEach((part, place) => {
      all.set(part, place * weightCount);
    });
    return this.#tf.tensor(all, [parts.length, weightCount], 'float32');
  }

  async #pause(): Promise<void> {
    if (performance.now() - this.#pausedAt < pauseAfterMs) return;
    await setImmediate();
    this.#pausedAt = performance.now();
  }
}
