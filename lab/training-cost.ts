import { totalmem } from 'node:os';
import { LabError } from '@stratlab/data/error.ts';
import { expertsOf } from '@stratlab/models/composition.ts';
import { expectedMs, usualEngine } from '@stratlab/models/engines/cost.ts';
import { gatesPerFold } from '@stratlab/models/fit-composition.ts';
import { allInputs } from '@stratlab/models/inputs.ts';
import { networkOf } from '@stratlab/models/networks/index.ts';
import { sizeOf } from '@stratlab/models/networks/layout.ts';
import type { Sampling } from '@stratlab/models/sampling/schema.ts';
import type { ModelSpec } from '@stratlab/models/spec.ts';
import { foldCount } from '@stratlab/models/splits/folds.ts';
import { gateSpec, type LearningBlocks, ownSpec } from './learning-specs.ts';
import type { LabStrategy } from './strategy-language.ts';

/** Networks of one description, and how many sets of rows they are taught. */
interface Crew {
  spec: ModelSpec;
  networks: number;
  rowSets: number;
}

/** What a training is expected to take before it starts. */
export interface TrainingCost {
  /** One network after another. */
  ms: number;
  /** At its fullest. */
  bytes: number;
}

/** `rows`: bars of all symbols together. */
export function trainingCost(strategy: LabStrategy, rows: number, wanted: string): TrainingCost {
  const { model, training, composition } = strategy.document;
  if (model === null || training === null) return { ms: 0, bytes: 0 };
  const blocks = { model, training, composition };
  const inputs = allInputs(strategy, blocks);
  const crews = crewsOf(blocks, ownSpec(blocks, inputs), gateSpec(blocks, inputs));
  return {
    ms: crews.reduce(
      (sum, { spec, networks }) => sum + networks * expectedMs(spec, rows, usualEngine(spec, wanted)),
      0,
    ),
    bytes: uncollected * crews.reduce((sum, crew) => sum + crewBytes(crew, rows), sampleBytes(inputs.all.length, rows)),
  };
}

/** Throws `limit_exceeded` where a training cannot fit into the memory of this machine, or of its container. */
export function requireMemory(bytes: number): void {
  const most = Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
  if (bytes <= most) return;
  const gigabytes = (count: number) => `${(count / 1e9).toFixed(1)} GB`;
  throw new LabError(
    'limit_exceeded',
    `This training would hold about ${gigabytes(bytes)} of memory at once; there are ${gigabytes(most)}.`,
    { path: 'strategy_name', hint: 'Use fewer folds, seeds, inputs or bars, or a coarser timeframe.' },
  );
}

function crewsOf({ training, composition }: LearningBlocks, own: ModelSpec, gate: ModelSpec | null): Crew[] {
  const { ensemble, validation, sampling } = training;
  const crew = (spec: ModelSpec, perFold: number, { bootstrap }: Sampling): Crew => {
    const lessons = foldCount(validation) * perFold;
    const rowSets = bootstrap === undefined ? lessons : lessons * ensemble.seeds;
    return { spec, networks: lessons * ensemble.seeds, rowSets };
  };
  if (composition === null || gate === null) return [crew(own, 1, sampling)];
  const { rules } = composition;
  const experts = expertsOf({ regimes: Object.keys(rules), rules }).length;
  return [crew(own, experts, sampling), crew(gate, gatesPerFold, composition.gate.training.sampling)];
}

/** What is held beside, because nobody has collected it yet: 1.6 to 1.7 times as much where it was measured. */
const uncollected = 1.7;
const float64 = 8;
/** Features as computed, as picked and as pooled. */
const sampleCopies = 3;
/** What a row costs beside its features: labels, instants, places. */
const bytesPerRow = 200;
/** Of a row taught: normalised, and as an engine's single precision. */
const bytesPerInput = 12;
/** Weights as they are, as they were best, their gradient, moments, and a copy. */
const weightCopies = 6;

function sampleBytes(features: number, rows: number): number {
  return rows * (sampleCopies * features * float64 + bytesPerRow);
}

function crewBytes({ spec, networks, rowSets }: Crew, rows: number): number {
  const weights = sizeOf(networkOf(spec).tensors(spec));
  const taught = rowSets * rows * spec.inputs * bytesPerInput;
  const kept = networks * (weights * weightCopies + rows * spec.outputs) * float64;
  return taught + kept + workBytes(spec, rows);
}

/** What one network at work holds: of an ANFIS the firing strengths, and the products of its least squares. */
function workBytes(spec: ModelSpec, rows: number): number {
  if (spec.type !== 'anfis') return 0;
  const rules = spec.partition === 'grid' ? spec.sets ** spec.inputs : spec.rules;
  const unknowns = rules * (spec.consequent === 'linear' ? spec.inputs + 1 : 1);
  return (rows * rules + 2 * unknowns ** 2) * float64;
}
