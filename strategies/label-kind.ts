import { type ChosenLabel, type LabelValues, LONG, SHORT, classes as sides } from './label.ts';

/** Whether a label is a class or a number. */
export function labelKind({ classes }: ChosenLabel): LabelValues['kind'] {
  return classes === null ? 'regression' : 'classification';
}

/** Whether something can be traded by these classes; those of `regime` and `context` are states of the market. */
export function namesSides(classes: readonly string[]): boolean {
  return classes.includes(sides[LONG]) && classes.includes(sides[SHORT]);
}
