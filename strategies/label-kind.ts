import { mapColumns } from '@stratlab/data/bars.ts';
import type { ChosenLabel, LabelValues } from './label.ts';

const noBars = mapColumns(() => new Float64Array(0));

/** Whether a label is a class or a number. */
export function labelKind(label: ChosenLabel): LabelValues['kind'] {
  return label.compute(noBars).kind;
}
