import type { ChosenLabel, LabelValues } from './label.ts';

/** Whether a label is a class or a number. */
export function labelKind({ classes }: ChosenLabel): LabelValues['kind'] {
  return classes === null ? 'regression' : 'classification';
}
