import { LabError } from '@stratlab/data/error.ts';
import type { CompositionBlock } from '@stratlab/models/composition-block.ts';
import type { ChosenLabel } from '@stratlab/strategies/label.ts';
import { parseLabel } from '@stratlab/strategies/labels/index.ts';

/** What a strategy's model learns, and what its gate does where it has one. */
export interface ModelLabels {
  readonly model: ChosenLabel;
  readonly gate: ChosenLabel | null;
}

/** Throws `invalid_strategy`. */
export function labelsOf(training: { labels: unknown }, composition: CompositionBlock | null): ModelLabels {
  return {
    model: labelOf(training.labels),
    gate: composition && labelOf(composition.gate.training.labels),
  };
}

/** The label method of a training block. Throws `invalid_strategy`. */
export function labelOf(labels: unknown): ChosenLabel {
  const label = parseLabel(labels, 'training.labels');
  if (!('problems' in label)) return label;
  throw new LabError('invalid_strategy', label.problems[0].message, { problems: label.problems });
}
