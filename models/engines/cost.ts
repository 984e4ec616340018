import { type EngineId, engineIds } from '../engine.ts';
import { networkOf } from '../networks/index.ts';
import { sizeOf } from '../networks/layout.ts';
import { isNeural } from '../networks/neural-network.ts';
import type { ModelSpec, NeuralSpec } from '../spec.ts';

/** What an engine takes: milliseconds a step beside the products, and multiply-adds a millisecond. */
interface Rate {
  readonly stepMs: number;
  readonly productsPerMs: number;
}

/**
 * Rates of one core from `npm run bench -- training` (`simd`, `simd_fma`, `reference`): good to a factor of two, which
 * is enough to choose by. `tensorflow` is one model on its processor binding, tried by hand; `webgpu` is a guess until a
 * GPU is measured.
 */
const rates: Readonly<Record<EngineId, Rate>> = {
  simd: { stepMs: 0.002, productsPerMs: 34e6 },
  simd_fma: { stepMs: 0.002, productsPerMs: 37e6 },
  reference: { stepMs: 0.01, productsPerMs: 2e6 },
  tensorflow: { stepMs: 8, productsPerMs: 5e6 },
  webgpu: { stepMs: 0.5, productsPerMs: 2e6 },
};

/** Passes over the weights in a step: forward, and backward by weights and by inputs. */
const passes = 3;
/** Milliseconds per row, epoch and squared unknown of anfis; per row, round, input and output of boosting. */
const anfisMs = 4e-7;
const boostingMs = 9e-6;

/** The engine that a training will have where every machine has it: for an estimate before any engine is asked. */
export function usualEngine(spec: ModelSpec, wanted: string): EngineId {
  return engineIds.find((id) => id === wanted) ?? (isNeural(spec) ? 'simd' : 'reference');
}

/** How long a training is expected to take with an engine, all epochs counted, milliseconds. */
export function expectedMs(spec: ModelSpec, rows: number, engine: EngineId): number {
  if (isNeural(spec)) return descentMs(spec, rows, rates[engine]);
  if (spec.type === 'gradient_boosting') return rows * spec.rounds * spec.inputs * spec.outputs * boostingMs;
  const rules = spec.partition === 'grid' ? spec.sets ** spec.inputs : spec.rules;
  const unknowns = rules * (spec.consequent === 'linear' ? spec.inputs + 1 : 1);
  return rows * spec.epochs * (unknowns ** 2 + 10 * rules * spec.inputs) * anfisMs;
}

function descentMs(spec: NeuralSpec, rows: number, { stepMs, productsPerMs }: Rate): number {
  const steps = Math.ceil(rows / spec.batchSize);
  const perRow = passes * sizeOf(networkOf(spec).tensors(spec)) * ('sequenceLength' in spec ? spec.sequenceLength : 1);
  return spec.epochs * (steps * stepMs + (rows * perRow) / productsPerMs);
}
