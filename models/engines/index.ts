import { LabError } from '@stratlab/data/error.ts';
import type { TrainingEngine } from '../engine.ts';
import type { ModelSpec } from '../spec.ts';
import { expectedMs } from './cost.ts';
import { referenceEngine } from './reference.ts';
import { simdEngine, simdFmaEngine } from './simd/engine.ts';
import { tensorFlowEngine } from './tensorflow/engine.ts';
import { webGpuEngine } from './webgpu/engine.ts';

/** Every way to train. */
export const engines: readonly TrainingEngine[] = [
  simdEngine,
  referenceEngine,
  simdFmaEngine,
  tensorFlowEngine,
  webGpuEngine,
];

/**
 * What `auto` chooses from. Not `simd_fma`: it is a little faster than `simd`, and a machine that lacks it could not
 * give the same bytes for the same document.
 */
export const automaticEngines = engines.filter((engine) => engine !== simdFmaEngine);

/** Rows of a training that nothing more is known of. */
const usualRows = 10_000;

/**
 * The engine named by `wanted`, or for `auto` the one that is expected to be through with `rows` training rows first
 * (cost.ts) among those that can run here and know the network. Throws `invalid_input` for an unknown name and
 * `unavailable` where none fits, with each engine's reason.
 */
export function chooseEngine(spec: ModelSpec, wanted = 'auto', rows = usualRows): TrainingEngine {
  const candidates = wanted === 'auto' ? automaticEngines : engines.filter((engine) => engine.id === wanted);
  if (candidates.length === 0) {
    const known = ['auto', ...engines.map((engine) => engine.id)].join(', ');
    throw new LabError('invalid_input', `"${wanted}" is not a training engine. Known: ${known}.`, { path: 'engine' });
  }
  const [fastest] = candidates
    .filter((candidate) => candidate.supports(spec) && candidate.probe().available)
    .sort((a, b) => expectedMs(spec, rows, a.id) - expectedMs(spec, rows, b.id));
  if (fastest) return fastest;
  const reasons = candidates.map((candidate) => `${candidate.id}: ${whyNot(candidate, spec)}`).join('; ');
  throw new LabError('unavailable', `No training engine takes this model (${reasons}).`, { path: 'engine' });
}

function whyNot(engine: TrainingEngine, spec: ModelSpec): string {
  if (engine.supports(spec)) return engine.probe().reason;
  const loss = 'loss' in spec ? ` with ${spec.loss}` : '';
  return `does not train ${spec.type} for ${spec.task}${loss} and ${spec.outputs} outputs`;
}
