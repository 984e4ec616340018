import { LabError } from '@stratlab/data/error.ts';
import type { TrainingEngine } from '../../engine.ts';
import type { ModelSpec, NeuralSpec } from '../../spec.ts';
import { fitsTask } from '../losses.ts';
import { trainStacked } from '../stacked/train-stack.ts';
import { roomFor, WebGpuDescent } from './descent.ts';
import { type Device, openDevice } from './device.ts';
import type { DenseSpec } from './memory-plan.ts';
import { probeWebGpu } from './package.ts';

/** Many small networks at once on a GPU through WebGPU: a workgroup for each. */
export const webGpuEngine: TrainingEngine = {
  id: 'webgpu',
  probe: probeWebGpu,
  supports: (spec) => isDense(spec) && fitsTask(spec),
  async train(spec, data, hooks) {
    const [trained] = await webGpuEngine.trainMany([{ spec, data, hooks }]);
    return trained;
  },
  async trainMany(jobs) {
    if (jobs.length === 0) return [];
    const device = await openDevice();
    try {
      return await trainStacked(trainerOn(device), jobs);
    } finally {
      device.destroy();
    }
  },
};

function trainerOn(device: Device) {
  return {
    id: webGpuEngine.id,
    room: (spec: NeuralSpec, jobs: Parameters<typeof roomFor>[2]) => {
      const room = roomFor(device, dense(spec), jobs);
      if (room > 0) return room;
      const hint = 'Lower batch_size, the units or the rows, or train with engine: simd.';
      throw new LabError('limit_exceeded', 'One such model needs more than a buffer of this GPU holds.', { hint });
    },
    start: (jobs: Parameters<typeof WebGpuDescent.start>[2], states: Parameters<typeof WebGpuDescent.start>[3]) =>
      WebGpuDescent.start(device, dense(jobs[0].spec), jobs, states),
  };
}

function isDense(spec: ModelSpec): spec is DenseSpec {
  return spec.type === 'mlp' || spec.type === 'logistic';
}

function dense(spec: ModelSpec): DenseSpec {
  if (isDense(spec)) return spec;
  throw new RangeError(`webgpu does not train ${spec.type}`);
}
