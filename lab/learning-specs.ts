import type { CompositionBlock } from '@stratlab/models/composition-block.ts';
import { modelSpec, type TrainingBlock } from '@stratlab/models/document.ts';
import type { Inputs } from '@stratlab/models/inputs.ts';
import type { ModelBlock } from '@stratlab/models/model-block.ts';
import type { ModelSpec } from '@stratlab/models/spec.ts';
import { labelOf } from './label-of.ts';

/** The blocks of a strategy that say what is learnt. */
export interface LearningBlocks {
  readonly model: ModelBlock;
  readonly training: TrainingBlock;
  readonly composition: CompositionBlock | null;
}

/** The description of a strategy's model, or of each behind its gate. */
export function ownSpec({ model, training }: LearningBlocks, inputs: Inputs): ModelSpec {
  return modelSpec(model, training, inputs.model.length, labelOf(training.labels).classes?.length ?? 1);
}

/** The description of a composition's gate: it shares folds, seeds and ensemble with the models. */
export function gateSpec({ training, composition }: LearningBlocks, inputs: Inputs): ModelSpec | null {
  if (composition === null) return null;
  const { model, training: taught } = composition.gate;
  const { validation, ensemble, seed } = training;
  const regimes = labelOf(taught.labels).classes?.length ?? 1;
  return modelSpec(model, { ...taught, validation, ensemble, seed }, inputs.gate.length, regimes);
}
