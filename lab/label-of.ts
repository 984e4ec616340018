import { LabError } from '@stratlab/data/error.ts';
import type { ChosenLabel } from '@stratlab/strategies/label.ts';
import { parseLabel } from '@stratlab/strategies/labels/index.ts';

/** The label method of a training block. Throws `invalid_strategy`. */
export function labelOf(labels: unknown): ChosenLabel {
  const label = parseLabel(labels, 'training.labels');
  if (!('problems' in label)) return label;
  throw new LabError('invalid_strategy', label.problems[0].message, { problems: label.problems });
}
