import { neuralNetworkOf } from '../../networks/index.ts';
import { sizeOf } from '../../networks/layout.ts';
import type { NetworkSpec } from '../../spec.ts';

export type DenseSpec = NetworkSpec<'mlp' | 'logistic'>;

/** What a model needs while it trains, by the order in which it gets workgroup memory; all float32. */
const parts = ['weights', 'activations', 'deltas', 'losses', 'rows', 'inputs', 'gradient'] as const;
export type Part = (typeof parts)[number];

/** Where a part lies: in the workgroup's memory, or at an offset of the model's share of a buffer. */
export type Place = 'workgroup' | number;

export interface MemoryPlan {
  /** From the inputs to the outputs. */
  readonly widths: readonly number[];
  readonly weightCount: number;
  /** Rows of a batch at most. */
  readonly batch: number;
  /** Invocations of a workgroup. */
  readonly invocations: number;
  readonly sizes: Readonly<Record<Part, number>>;
  /** Of the weights a number is always 0: they lie in their own buffer. Of the inputs: they are read where they lie. */
  readonly places: Readonly<Record<Part, Place>>;
  /** Numbers of the buffer for what has no other place, per model. */
  readonly scratch: number;
}

/** Many weights keep more invocations busy. */
const manyWeights = 4096;

/** The parts in turn, each in workgroup memory (`workgroupBytes`) if it still fits. */
export function planMemory(spec: DenseSpec, rows: number, workgroupBytes: number): MemoryPlan {
  const widths = [spec.inputs, ...(spec.type === 'mlp' ? spec.hiddenLayers : []), spec.outputs];
  const weightCount = sizeOf(neuralNetworkOf(spec).tensors(spec));
  const batch = Math.min(spec.batchSize, rows);
  const invocations = weightCount > manyWeights ? 256 : 64;
  const units = widths.slice(1).reduce((sum, width) => sum + width, 0);
  const sizes = {
    weights: weightCount,
    activations: batch * units,
    deltas: batch * units,
    losses: batch,
    rows: 2 * batch,
    inputs: batch * spec.inputs,
    gradient: spec.gradientClip === null ? 0 : weightCount,
  };
  return { widths, weightCount, batch, invocations, sizes, ...placed(sizes, workgroupBytes / 4 - invocations) };
}

function placed(sizes: MemoryPlan['sizes'], free: number): Pick<MemoryPlan, 'places' | 'scratch'> {
  let left = free;
  let scratch = 0;
  const place = (part: Part): Place => {
    if (sizes[part] <= left) {
      left -= sizes[part];
      return 'workgroup';
    }
    if (part === 'weights' || part === 'inputs') return 0;
    const offset = scratch;
    scratch += sizes[part];
    return offset;
  };
  const [weights, activations, deltas, losses, rows, inputs, gradient] = parts.map(place);
  return { places: { weights, activations, deltas, losses, rows, inputs, gradient }, scratch };
}
