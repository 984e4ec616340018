import { LabError } from '@stratlab/data/error.ts';
import { fillOrder, streamSeed } from '../../seeding.ts';
import { nextStep } from '../stacked/adam-steps.ts';
import { datasetsOf, JoinedRows, type StackedJob, totalWeight } from '../stacked/stack.ts';
import type { ModelEpoch, ModelState, StackDescent } from '../stacked/train-stack.ts';
import type { Device } from './device.ts';
import { computeStage, type GpuBuffer, type GpuHandle } from './library.ts';
import { type DenseSpec, type MemoryPlan, planMemory } from './memory-plan.ts';
import { numbersPerStep, shaderOf } from './shader.ts';

/** How long a piece of an epoch may take: drivers end what holds the device for seconds. */
const pieceMs = 100;

/** The two programs of a kind of model. */
interface Programs {
  readonly layout: GpuHandle;
  readonly train: GpuHandle;
  readonly judge: GpuHandle;
}

interface Model {
  readonly job: StackedJob;
  readonly order: Int32Array;
  readonly powers: Float64Array;
}

/** What is on the device; per model unless said otherwise. */
interface Buffers {
  /** Of all rows: features, and target and weight. */
  readonly features: GpuBuffer;
  readonly rowTargets: GpuBuffer;
  /** Places of the training rows in their order; where the rows to judge by begin. */
  readonly order: GpuBuffer;
  readonly judged: GpuBuffer;
  readonly weights: GpuBuffer;
  /** Mean and mean square of the gradient by each weight. */
  readonly moments: GpuBuffer;
  readonly steps: GpuBuffer;
  /** Loss sums of every step, and of every batch to judge by. */
  readonly trainSums: GpuBuffer;
  readonly judgeSums: GpuBuffer;
  readonly scratch: GpuBuffer;
  readonly piece: GpuBuffer;
}

/** What came back after an epoch. */
interface Downloaded {
  readonly weights: Float32Array;
  readonly moments: Float32Array;
  readonly judgeSums: Float32Array;
}

/** A stack of models on a GPU, a workgroup each, in float32. */
export class WebGpuDescent implements StackDescent {
  readonly #device: Device;
  readonly #spec: DenseSpec;
  readonly #plan: MemoryPlan;
  readonly #programs: Programs;
  readonly #joined: JoinedRows;
  readonly #buffers: Buffers;
  #models: readonly Model[];
  #downloaded: Downloaded;
  /** Steps of a piece. */
  #piece = 16;

  static async start(
    device: Device,
    spec: DenseSpec,
    jobs: readonly StackedJob[],
    states: readonly ModelState[],
  ): Promise<WebGpuDescent> {
    const plan = planFor(device, spec, jobs);
    return new WebGpuDescent(device, spec, plan, await compile(device, spec, plan), jobs, states);
  }

  private constructor(
    device: Device,
    spec: DenseSpec,
    plan: MemoryPlan,
    programs: Programs,
    jobs: readonly StackedJob[],
    states: readonly ModelState[],
  ) {
    this.#device = device;
    this.#spec = spec;
    this.#plan = plan;
    this.#programs = programs;
    this.#joined = new JoinedRows(datasetsOf(jobs), spec.inputs);
    requireRoom(device, this.#joined);
    this.#models = jobs.map((job, place) => ({
      job,
      order: new Int32Array(job.data.train.rows),
      powers: states[place].powers.slice(),
    }));
    this.#buffers = this.#createBuffers();
    this.#downloaded = {
      weights: joined(states.map(({ weights }) => weights)),
      moments: joined(states.map(({ first, second }) => interleaved(first, second))),
      judgeSums: new Float32Array(0),
    };
    this.#upload();
  }

  async epoch(epochs: readonly ModelEpoch[]): Promise<Float64Array> {
    const { rows } = this.#models[0].job.data.train;
    this.#uploadEpoch(epochs);
    await this.#run(this.#programs.train, this.#buffers.order, this.#buffers.trainSums, rows);
    if (this.#judgedRows > 0) {
      await this.#run(this.#programs.judge, this.#buffers.judged, this.#buffers.judgeSums, this.#judgedRows);
    }
    const { trainSums, judgeSums, weights, moments } = this.#buffers;
    const [train, judged, ...rest] = await this.#device.read([trainSums, judgeSums, weights, moments]);
    this.#downloaded = { judgeSums: judged, weights: rest[0], moments: rest[1] };
    return this.#means(train, this.#batches(rows), (job) => totalWeight(job.data.train));
  }

  async judge(): Promise<Float64Array | null> {
    if (this.#judgedRows === 0) return null;
    const weightOf = ({ data: { validation } }: StackedJob) => (validation === null ? 0 : totalWeight(validation));
    return this.#means(this.#downloaded.judgeSums, this.#batches(this.#judgedRows), weightOf);
  }

  async weights(): Promise<Float64Array[]> {
    return this.#models.map((_, place) => Float64Array.from(this.#partOf('weights', place, 1)));
  }

  state(place: number): ModelState {
    const moments = this.#partOf('moments', place, 2);
    return {
      weights: Float64Array.from(this.#partOf('weights', place, 1)),
      first: Float64Array.from({ length: this.#plan.weightCount }, (_, i) => moments[2 * i]),
      second: Float64Array.from({ length: this.#plan.weightCount }, (_, i) => moments[2 * i + 1]),
      powers: this.#models[place].powers.slice(),
    };
  }

  keep(places: readonly number[]): void {
    this.#downloaded = {
      ...this.#downloaded,
      weights: joined(places.map((place) => this.#partOf('weights', place, 1))),
      moments: joined(places.map((place) => this.#partOf('moments', place, 2))),
    };
    this.#models = places.map((place) => this.#models[place]);
    this.#upload();
  }

  dispose(): void {
    for (const buffer of Object.values<GpuBuffer>({ ...this.#buffers })) buffer.destroy();
  }

  get #judgedRows(): number {
    return this.#models[0].job.data.validation?.rows ?? 0;
  }

  #batches(rows: number): number {
    return Math.ceil(rows / this.#plan.batch);
  }

  #partOf(part: 'weights' | 'moments', place: number, each: 1 | 2): Float32Array {
    const size = each * this.#plan.weightCount;
    return this.#downloaded[part].subarray(place * size, (place + 1) * size);
  }

  #createBuffers(): Buffers {
    const { weightCount, scratch } = this.#plan;
    const { rows } = this.#models[0].job.data.train;
    const perModel = (numbers: number) => this.#device.storage(4 * numbers * this.#models.length);
    return {
      features: this.#device.storing(this.#joined.features),
      rowTargets: this.#device.storing(interleaved(this.#joined.targets, this.#joined.weights)),
      order: perModel(rows),
      judged: perModel(1),
      weights: perModel(weightCount),
      moments: perModel(2 * weightCount),
      steps: perModel(numbersPerStep * this.#batches(rows)),
      trainSums: perModel(this.#batches(rows)),
      judgeSums: perModel(this.#batches(this.#judgedRows)),
      scratch: perModel(scratch),
      piece: this.#device.uniform(32),
    };
  }

  /** Puts weights and moments on the device as they were last known, and where the models' rows begin. */
  #upload(): void {
    const { queue } = this.#device.gpu;
    queue.writeBuffer(this.#buffers.weights, 0, this.#downloaded.weights);
    queue.writeBuffer(this.#buffers.moments, 0, this.#downloaded.moments);
    const judged = this.#models.map(({ job: { data } }) => data.validation && this.#joined.firstOf(data.validation));
    queue.writeBuffer(
      this.#buffers.judged,
      0,
      Uint32Array.from(judged, (first) => first ?? 0),
    );
  }

  #uploadEpoch(epochs: readonly ModelEpoch[]): void {
    const { rows } = this.#models[0].job.data.train;
    const batches = this.#batches(rows);
    const orders = new Uint32Array(this.#models.length * rows);
    const steps = new Uint32Array(numbersPerStep * this.#models.length * batches);
    this.#models.forEach(({ job, order }, place) => {
      const first = this.#joined.firstOf(job.data.train);
      fillOrder(order, epochs[place].seed, epochs[place].epoch);
      for (let i = 0; i < rows; i++) orders[place * rows + i] = first + order[i];
      this.#fillSteps(steps.subarray(numbersPerStep * place * batches), place, epochs[place]);
    });
    this.#device.gpu.queue.writeBuffer(this.#buffers.order, 0, orders);
    this.#device.gpu.queue.writeBuffer(this.#buffers.steps, 0, steps);
  }

  #fillSteps(steps: Uint32Array, place: number, { seed, epoch, learningRate }: ModelEpoch): void {
    const { job, order, powers } = this.#models[place];
    const { weights } = job.data.train;
    const floats = new Float32Array(steps.buffer, steps.byteOffset, steps.length);
    const dropoutSeed = streamSeed(seed, 'dropout', epoch);
    for (let from = 0, at = 0; from < order.length; from += this.#plan.batch, at += numbersPerStep) {
      const { scale, correction, shrink } = nextStep(this.#spec, powers, learningRate);
      const taken = order.subarray(from, from + this.#plan.batch);
      const weight = weights === null ? taken.length : taken.reduce((sum, row) => sum + weights[row], 0);
      floats.set([scale, correction, shrink, weight > 0 ? 1 / weight : 0], at);
      steps[at + 4] = dropoutSeed;
    }
  }

  /** Runs a program over all batches of `rows` rows, in pieces. */
  async #run(program: GpuHandle, order: GpuBuffer, sums: GpuBuffer, rows: number): Promise<void> {
    const batches = this.#batches(rows);
    const { queue } = this.#device.gpu;
    const group = this.#bindGroup(order, sums);
    for (let from = 0; from < batches; ) {
      const count = Math.min(this.#piece, batches - from);
      const begun = performance.now();
      queue.writeBuffer(this.#buffers.piece, 0, Uint32Array.of(from, count, rows, batches, 0));
      queue.submit([this.#commands(program, group)]);
      from += count;
      if (from === batches) return;
      await this.#device.done(queue.onSubmittedWorkDone());
      this.#fitPiece(performance.now() - begun);
    }
  }

  #fitPiece(tookMs: number): void {
    if (tookMs > pieceMs) this.#piece = Math.max(1, Math.floor(this.#piece / 2));
    else if (tookMs < pieceMs / 4) this.#piece *= 2;
  }

  #commands(program: GpuHandle, group: GpuHandle): GpuHandle {
    const encoder = this.#device.gpu.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(program);
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(this.#models.length);
    pass.end();
    return encoder.finish();
  }

  #bindGroup(order: GpuBuffer, sums: GpuBuffer): GpuHandle {
    const { features, rowTargets, weights, moments, steps, scratch, piece } = this.#buffers;
    const bound = [features, rowTargets, order, weights, moments, steps, sums, scratch, piece];
    const entries = bound.map((buffer, binding) => ({ binding, resource: { buffer } }));
    return this.#device.gpu.createBindGroup({ layout: this.#programs.layout, entries });
  }

  #means(sums: Float32Array, batches: number, weightOf: (job: StackedJob) => number): Float64Array {
    return Float64Array.from(this.#models, ({ job }, place) => {
      const weight = weightOf(job);
      let sum = 0;
      for (let batch = 0; batch < batches; batch++) sum += sums[place * batches + batch];
      return weight > 0 ? sum / weight : 0;
    });
  }
}

export function planFor(device: Device, spec: DenseSpec, [{ data }]: readonly StackedJob[]): MemoryPlan {
  return planMemory(spec, data.train.rows, device.gpu.limits.maxComputeWorkgroupStorageSize);
}

/** Models of a kind that fit into the device's buffers at once. */
export function roomFor(device: Device, spec: DenseSpec, jobs: readonly StackedJob[]): number {
  const { weightCount, scratch, batch } = planFor(device, spec, jobs);
  const { rows } = jobs[0].data.train;
  const largest = 4 * Math.max(2 * weightCount, scratch, rows, numbersPerStep * Math.ceil(rows / batch));
  const { maxStorageBufferBindingSize, maxComputeWorkgroupsPerDimension } = device.gpu.limits;
  return Math.min(maxComputeWorkgroupsPerDimension, Math.floor(maxStorageBufferBindingSize / largest));
}

function requireRoom({ gpu }: Device, { features }: JoinedRows): void {
  const { maxStorageBufferBindingSize: allowed } = gpu.limits;
  if (features.byteLength <= allowed) return;
  const mebibytes = (bytes: number) => `${Math.ceil(bytes / 2 ** 20)} MiB`;
  const message = `The rows need ${mebibytes(features.byteLength)}; a buffer of this GPU holds ${mebibytes(allowed)}.`;
  throw new LabError('limit_exceeded', message, { hint: 'Train on fewer rows or features, or with engine: simd.' });
}

async function compile({ gpu }: Device, spec: DenseSpec, plan: MemoryPlan): Promise<Programs> {
  const types = ['read-only-storage', 'read-only-storage', 'read-only-storage', 'storage', 'storage'];
  types.push('read-only-storage', 'storage', 'storage', 'uniform');
  const entries = types.map((type, binding) => ({ binding, visibility: computeStage, buffer: { type } }));
  const layout = gpu.createBindGroupLayout({ entries });
  const module = gpu.createShaderModule({ code: shaderOf(spec, plan) });
  const program = (entryPoint: string) =>
    gpu.createComputePipelineAsync({
      layout: gpu.createPipelineLayout({ bindGroupLayouts: [layout] }),
      compute: { module, entryPoint },
    });
  const [train, judge] = await Promise.all([program('train'), program('judge')]);
  return { layout, train, judge };
}

function joined(parts: readonly ArrayLike<number>[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function interleaved(one: ArrayLike<number>, other: ArrayLike<number>): Float32Array {
  return Float32Array.from({ length: 2 * one.length }, (_, i) => (i % 2 === 0 ? one : other)[Math.floor(i / 2)]);
}
