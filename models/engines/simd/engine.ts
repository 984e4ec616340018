import { availableParallelism } from 'node:os';
import type {
  Dataset,
  TrainedNetwork,
  TrainingData,
  TrainingEngine,
  TrainingHooks,
  TrainingJob,
} from '../../engine.ts';
import { isNeural } from '../../networks/neural-network.ts';
import type { ModelSpec, NeuralSpec } from '../../spec.ts';
import { createCheckpoint, requireCheckpoint, trainingMark } from '../checkpoints.ts';
import { fitsTask } from '../losses.ts';
import { type DescentHooks, trainInKernel } from './descent.ts';
import { type KernelBuild, multiplyAddOf } from './kernel.ts';
import { requireMemory, type TrainingRows } from './laid-out.ts';
import { type SharedRows, shareRows } from './rows.ts';
import { SharedDatasets } from './shared-datasets.ts';
import { type Thread, takeThread } from './thread.ts';

export interface SimdOptions {
  /** Also the engine's id. */
  readonly build?: KernelBuild;
  /** Threads of `trainMany`; by default one per core that this process may use. */
  readonly workers?: number;
  /** Bytes that one training may take, 4 GiB at most. */
  readonly memoryLimit?: number;
}

/**
 * Forward, backward and optimiser in one WebAssembly SIMD kernel, float32. `simd` gives the same bits on every machine
 * and thread; `simd_fma`, whose sums of products are rounded once, on every one that it runs on.
 */
export function createSimdEngine({
  build = 'simd',
  workers = availableParallelism(),
  memoryLimit = 2 ** 31,
}: SimdOptions = {}) {
  const engine: TrainingEngine = {
    id: build,
    probe: () => probe(build),
    supports: (spec) => isNeural(spec) && fitsTask(spec),
    async train(spec, data, hooks) {
      const network = neural(spec);
      requireMemory(build, network, data, memoryLimit);
      const rows = rowsOf(data, (dataset) => shareRows(network, dataset));
      return trainInKernel(build, network, rows, { ...descentHooks(build, spec, data, hooks), onPause() {} });
    },
    trainMany: (jobs) => trainOnThreads(build, jobs, Math.min(workers, jobs.length), memoryLimit),
  };
  return engine;
}

export const simdEngine = createSimdEngine();
export const simdFmaEngine = createSimdEngine({ build: 'simd_fma' });

/** a b + c = 2^-24 where it is rounded once, else 0: the product's last bit is beyond a float32. */
const tell = [1 + 2 ** -12, 1 + 2 ** -12, -1 - 2 ** -11] as const;

function probe(build: KernelBuild): { available: boolean; reason: string } {
  try {
    const roundsOnce = multiplyAddOf(build, ...tell) === 2 ** -24;
    if (build === 'simd') return { available: true, reason: 'WebAssembly SIMD; runs on this processor.' };
    const reason = roundsOnce ? 'rounds a b + c once' : 'rounds a b before it adds c, which would give other bits';
    return { available: roundsOnce, reason: `WebAssembly relaxed SIMD; this processor ${reason}.` };
  } catch (error) {
    return { available: false, reason: `This kernel does not run here: ${String(error)}` };
  }
}

function neural(spec: ModelSpec): NeuralSpec {
  if (isNeural(spec) && fitsTask(spec)) return spec;
  throw new RangeError(`The kernel does not train ${spec.type} for ${spec.task}`);
}

/** Adds to checkpoints the mark of spec and data, and holds the one to resume from against it. */
function descentHooks(
  build: KernelBuild,
  spec: ModelSpec,
  data: TrainingData,
  hooks: TrainingHooks,
): Omit<DescentHooks, 'onPause'> {
  const { resumeFrom = null } = hooks;
  let mark: Float64Array | null = null;
  const markOf = () => {
    mark ??= trainingMark(spec, data);
    return mark;
  };
  if (resumeFrom !== null) requireCheckpoint(resumeFrom, build, markOf());
  return {
    resumeFrom,
    onEpoch: (report, standing) =>
      hooks.onEpoch(report, () => {
        const { numbers, history } = standing();
        return createCheckpoint(build, markOf(), numbers, history);
      }),
  };
}

async function trainOnThreads(
  build: KernelBuild,
  jobs: readonly TrainingJob[],
  workers: number,
  memoryLimit: number,
): Promise<TrainedNetwork[]> {
  const datasets = new SharedDatasets(jobs);
  const threads = Array.from({ length: workers }, takeThread);
  const trained: TrainedNetwork[] = [];
  const failures: unknown[] = [];
  const queue = jobs.entries();
  const work = async (thread: Thread) => {
    for (const [index, job] of queue) {
      try {
        trained[index] = await trainOn(build, thread, job, datasets, memoryLimit);
      } catch (error) {
        failures.push(error);
        for (const other of threads) other.stop();
      }
      if (failures.length > 0) break;
    }
    thread.release();
  };
  await Promise.all(threads.map(work));
  if (failures.length > 0) throw failures[0];
  return trained;
}

async function trainOn(
  build: KernelBuild,
  thread: Thread,
  { spec, data, hooks }: TrainingJob,
  datasets: SharedDatasets,
  memoryLimit: number,
): Promise<TrainedNetwork> {
  const network = neural(spec);
  requireMemory(build, network, data, memoryLimit);
  const rows = rowsOf(data, (dataset) => datasets.share(network, dataset));
  const ended = thread.train({ build, spec: network, rows, ...descentHooks(build, spec, data, hooks) });
  datasets.forget(data);
  return ended;
}

function rowsOf({ train, validation }: TrainingData, share: (dataset: Dataset) => SharedRows): TrainingRows {
  return { train: share(train), validation: validation && share(validation) };
}
