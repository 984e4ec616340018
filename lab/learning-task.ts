import { routingOf } from '@stratlab/models/composition-block.ts';
import type { NetworkTraining } from '@stratlab/models/document.ts';
import { chooseEngine } from '@stratlab/models/engines/index.ts';
import type { ComposedTask } from '@stratlab/models/fit-composition.ts';
import type { Inputs } from '@stratlab/models/inputs.ts';
import type { Task } from '@stratlab/models/lessons.ts';
import type { ModelSpec } from '@stratlab/models/spec.ts';
import { columnsAt } from '@stratlab/models/trained-model.ts';
import type { Feature } from '@stratlab/strategies/features.ts';
import { labelOf } from './label-of.ts';
import { gateSpec, type LearningBlocks, ownSpec } from './learning-specs.ts';
import type { Sample } from './sample.ts';

/** A sample to learn from, and what is the same for all networks. */
export interface Lecture {
  readonly inputs: Inputs;
  readonly sample: Sample;
  /** As a call names it. */
  readonly engine: string;
  /** About how many rows are trained on. */
  readonly rows: number;
}

/** What the model, or each behind a gate, is to learn. */
export function ownTask(blocks: LearningBlocks, lecture: Lecture): Task {
  const { inputs, sample } = lecture;
  return taskOf(
    ownSpec(blocks, inputs),
    inputs.model,
    sample,
    blocks.training,
    blocks.training.ensemble.seeds,
    lecture,
  );
}

/** What a gate and the models behind it are to learn; null where there is no gate. */
export function composedTask(blocks: LearningBlocks, lecture: Lecture): ComposedTask | null {
  const { inputs, sample } = lecture;
  const { composition, training } = blocks;
  const spec = gateSpec(blocks, inputs);
  if (composition === null || spec === null || sample.gate === null) return null;
  const { training: taught } = composition.gate;
  return {
    gate: taskOf(spec, inputs.gate, sample.gate, taught, training.ensemble.seeds, lecture),
    experts: ownTask(blocks, lecture),
    regimes: labelOf(taught.labels).classes ?? [],
    rules: composition.rules,
    routing: routingOf(composition),
  };
}

function taskOf(
  spec: ModelSpec,
  features: readonly Feature[],
  { targets, sampled }: Pick<Sample, 'targets' | 'sampled'>,
  { sampling, calibration }: Pick<NetworkTraining, 'sampling' | 'calibration'>,
  seeds: number,
  { inputs, sample, engine, rows }: Lecture,
): Task {
  const places = features.map(({ name }) => inputs.all.findIndex((feature) => feature.name === name));
  return {
    spec,
    learnable: {
      features: columnsAt(sample.features, inputs.all.length, places),
      normalisation: features.map(({ normalization }) => normalization),
      targets,
    },
    sampling,
    sampled,
    seeds,
    calibrate: calibration === 'temperature',
    engine: chooseEngine(spec, engine, rows),
  };
}
