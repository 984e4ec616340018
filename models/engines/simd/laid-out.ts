import { LabError } from '@stratlab/data/error.ts';
import type { TrainingData } from '../../engine.ts';
import { neuralNetworkOf } from '../../networks/index.ts';
import { dropoutOf } from '../../networks/neural-network.ts';
import type { NeuralSpec } from '../../spec.ts';
import { createKernel, type Kernel, type KernelBuild } from './kernel.ts';
import { type SharedRows, stepsOf } from './rows.ts';
import { fromStrips, padded, type StripShape, stripFloats, toStrips } from './strips.ts';

export interface TrainingRows {
  readonly train: SharedRows;
  readonly validation: SharedRows | null;
}

/** What a tensor has in the kernel, with the kernel's number for it. */
const parts = { weights: 0, gradient: 1, first: 2, second: 3 } as const;
const rowParts = { features: 0, targets: 1, weights: 2, order: 3 } as const;
const losses = ['cross_entropy', 'focal', 'mse', 'huber'];
const optimizers = ['sgd', 'adam', 'adamw'];
const activations = ['linear', 'relu', 'tanh', 'sigmoid'];
/** Rows that are judged at a time, where batches are smaller. */
const judgedAtOnce = 16;
const pageBytes = 65_536;
const addressable = 2 ** 32;

/** A kernel laid out for one training, with its rows loaded. */
export class LaidOut {
  readonly kernel: Kernel;
  /** Places of the rows to train on, in the order in which they are taken. */
  readonly order: Int32Array;
  readonly weightCount: number;
  /** Rows that are judged together. */
  readonly rowsAtOnce: number;

  readonly #tensors: readonly StripShape[];

  constructor(build: KernelBuild, spec: NeuralSpec, { train, validation }: TrainingRows) {
    const kernel = createKernel(build);
    this.kernel = kernel;
    this.#tensors = stripShapes(spec);
    this.weightCount = this.#tensors.reduce((sum, shape) => sum + shape.rows * shape.gates * shape.units, 0);
    this.rowsAtOnce = layOut(kernel, spec, train.rows, validation?.rows ?? 0);
    kernel.memory.grow(Math.ceil((kernel.bytesReserved() - kernel.memory.buffer.byteLength) / pageBytes));
    this.order = this.#orderAt(0, train.rows);
    this.#load(train, 0);
    if (validation !== null) this.#load(validation, 1);
    const judgedOrder = this.#orderAt(1, validation?.rows ?? 0);
    for (let row = 0; row < judgedOrder.length; row++) judgedOrder[row] = row;
  }

  /** Copies one part of all tensors into the canonical layout. */
  read(part: keyof typeof parts, target: Float64Array): Float64Array {
    this.#eachTensor(part, target, (strips, matrix, shape) => fromStrips(matrix, strips, shape));
    return target;
  }

  /** Copies from the canonical layout. */
  write(part: keyof typeof parts, source: Float64Array): void {
    this.#eachTensor(part, source, toStrips);
  }

  #eachTensor(
    part: keyof typeof parts,
    canonical: Float64Array,
    copy: (strips: Float32Array, matrix: Float64Array, shape: StripShape) => void,
  ): void {
    let from = 0;
    this.#tensors.forEach((shape, index) => {
      const count = shape.rows * shape.gates * shape.units;
      copy(
        this.#floats(this.kernel.tensorAt(index, parts[part]), stripFloats(shape)),
        canonical.subarray(from, from + count),
        shape,
      );
      from += count;
    });
  }

  #load(rows: SharedRows, judged: 0 | 1): void {
    for (const part of ['features', 'targets', 'weights'] as const) {
      this.#floats(this.kernel.rowsAt(judged, rowParts[part]), rows[part].length).set(rows[part]);
    }
  }

  #orderAt(judged: 0 | 1, rows: number): Int32Array {
    return new Int32Array(this.kernel.memory.buffer, this.kernel.rowsAt(judged, rowParts.order) >>> 0, rows);
  }

  /** The kernel's addresses come as signed numbers. */
  #floats(address: number, count: number): Float32Array {
    return new Float32Array(this.kernel.memory.buffer, address >>> 0, count);
  }
}

/** Throws `limit_exceeded` where the training would need more than `limit` bytes; takes none of them. */
export function requireMemory(
  build: KernelBuild,
  spec: NeuralSpec,
  { train, validation }: TrainingData,
  limit: number,
): void {
  const kernel = createKernel(build);
  layOut(kernel, spec, train.rows, validation?.rows ?? 0);
  const bytes = kernel.bytesReserved();
  const allowed = Math.min(limit, addressable);
  if (bytes <= allowed) return;
  const message = `The training needs ${mebibytes(bytes)} of memory; ${mebibytes(allowed)} are allowed.`;
  const hint = 'Lower batch_size, the units, layers or sequence_length, or train on fewer rows.';
  throw new LabError('limit_exceeded', message, { hint });
}

/** Returns how many rows it has memory for at once. */
function layOut(kernel: Kernel, spec: NeuralSpec, trainRows: number, judgedRows: number): number {
  const dropout = dropoutOf(spec);
  const steps = stepsOf(spec);
  const atOnce = padded(Math.max(Math.min(spec.batchSize, trainRows), Math.min(judgedAtOnce, judgedRows)));
  kernel.setLoss(losses.indexOf(spec.loss), spec.loss === 'huber' ? spec.huberDelta : spec.focalGamma);
  kernel.setOptimizer(optimizers.indexOf(spec.optimizer), spec.weightDecay);
  kernel.setRestraints(spec.l1, spec.l2, spec.gradientClip ?? 0);
  kernel.setDropout(Math.ceil(dropout * 2 ** 32), 1 / (1 - dropout));
  kernel.layOut(spec.inputs / steps, steps, atOnce, trainRows, judgedRows);
  addHidden(kernel, spec);
  kernel.addDense(spec.outputs, activations.indexOf('linear'));
  return atOnce;
}

function addHidden(kernel: Kernel, spec: NeuralSpec): void {
  switch (spec.type) {
    case 'logistic':
      return;
    case 'mlp':
      for (const units of spec.hiddenLayers) kernel.addDense(units, activations.indexOf(spec.activation));
      return;
    default: {
      const add = spec.type === 'lstm' ? kernel.addLstm : kernel.addGru;
      for (let layer = 1; layer <= spec.layers; layer++) add(spec.hiddenSize, layer < spec.layers ? 1 : 0);
    }
  }
}

function mebibytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MiB`;
}

function stripShapes(spec: NeuralSpec): StripShape[] {
  return neuralNetworkOf(spec)
    .tensors(spec)
    .map(({ name, shape }) => {
      const gates = name.startsWith('recurrent.') ? (spec.type === 'lstm' ? 4 : 3) : 1;
      const [rows, columns] = shape.length === 1 ? [1, shape[0]] : shape;
      return { rows, height: shape.length === 1 ? 1 : padded(rows), gates, units: columns / gates };
    });
}
