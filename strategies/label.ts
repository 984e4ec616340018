import type { Bars } from '@stratlab/data/bars.ts';
import { z } from 'zod';

/** The classes of labels that name a side of the market, in the order of a model's outputs. */
export const classes = ['long', 'flat', 'short'] as const;
export type ClassName = (typeof classes)[number];
export const LONG = 0;
export const FLAT = 1;
export const SHORT = 2;

/** What a model is to learn at each bar. Labels look ahead by design and are targets only, never features. */
export interface Targets {
  /** Class index (place in the label's `classes`) or real target per bar; NaN where it is not known. */
  readonly values: Float64Array;
  /** Index of the last bar that the label at this bar depends on (>= the bar); -1 where the label is NaN. */
  readonly ends: Int32Array;
}

export interface LabelValues extends Targets {
  readonly kind: 'classification' | 'regression';
}

/** A label method with its parameters filled in. */
export interface ChosenLabel {
  readonly source: string;
  /** Every parameter of the method, defaults filled in. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Names of its classes, in the order of a model's outputs; null where the target is a number (regression). */
  readonly classes: readonly string[] | null;
  /** The most bars it looks ahead, or null where that depends on the data and only `ends` says. */
  readonly horizon: number | null;
  compute(bars: Bars): LabelValues;
}

interface Description {
  readonly source: string;
  readonly title: string;
  readonly formula: string;
  readonly citation: string;
}

/** Keys of a label in the document, with defaults; several sets of keys where one of them chooses between the others. */
type ParameterSchema = z.ZodObject | z.ZodDiscriminatedUnion<readonly z.ZodObject[]>;

/** One label method of the grammar (`training.labels.source`); the file's name is its `source`. */
export interface Label extends Description {
  /** Its keys in the document, with defaults; without `source`. */
  readonly parameters: ParameterSchema;
  /** The method with these parameters, defaults for absent ones. Throws a ZodError where they do not fit. */
  choose(parameters: unknown): ChosenLabel;
}

interface Definition<P extends Record<string, unknown>> extends Description {
  readonly parameters: ParameterSchema & z.ZodType<P>;
  classes(parameters: P): readonly string[] | null;
  horizon(parameters: P): number | null;
  compute(bars: Bars, parameters: P): Targets;
}

export function defineLabel<P extends Record<string, unknown>>(definition: Definition<P>): Label {
  const { classes: namesOf, horizon, compute, ...described } = definition;
  return {
    ...described,
    choose(given) {
      const parameters = z.parse<z.ZodType<P>>(described.parameters, given);
      const names = namesOf(parameters);
      const kind = names === null ? 'regression' : 'classification';
      return {
        source: described.source,
        parameters,
        classes: names,
        horizon: horizon(parameters),
        compute: (bars) => ({ kind, ...compute(bars, parameters) }),
      };
    },
  };
}

/** The names of all keys a label's parameters may have. */
export function parameterNames({ parameters }: Label): string[] {
  const forms = 'options' in parameters ? parameters.options : [parameters];
  return [...new Set(forms.flatMap(({ shape }) => Object.keys(shape)))];
}
