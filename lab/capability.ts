import type { Lab } from './lab.ts';

/** Engines that are at home on a GPU. */
const gpuEngines: readonly string[] = ['webgpu', 'tensorflow'];

/** What a worker must offer to train with an engine: a GPU where the engine is at home on one and some worker has one. */
export function capabilityFor({ jobs }: Pick<Lab, 'jobs'>, engine: string): 'cpu' | 'gpu' {
  const isThere = () => jobs.workers().some(({ slots }) => (slots.gpu ?? 0) > 0);
  return gpuEngines.includes(engine) && isThere() ? 'gpu' : 'cpu';
}
