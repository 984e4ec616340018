import type { Bars } from '@stratlab/data/bars.ts';
import type { z } from 'zod';

/** The classes of every classification label, in the order of a model's outputs. */
export const classes = ['long', 'flat', 'short'] as const;
export type ClassName = (typeof classes)[number];
export const LONG = 0;
export const FLAT = 1;
export const SHORT = 2;

/** What a model is to learn at each bar. Labels look ahead by design and are targets only, never features. */
export interface LabelValues {
  readonly kind: 'classification' | 'regression';
  /** Class index (LONG, FLAT, SHORT) or real target per bar; NaN where it is not known. */
  readonly values: Float64Array;
  /** Index of the last bar that the label at this bar depends on (>= the bar); -1 where the label is NaN. */
  readonly ends: Int32Array;
}

/** A label method with its parameters filled in. */
export interface ChosenLabel {
  readonly source: string;
  /** Every parameter of the method, defaults filled in. */
  readonly parameters: Readonly<Record<string, unknown>>;
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

/** One label method of the grammar (`training.labels.source`); the file's name is its `source`. */
export interface Label extends Description {
  /** Its keys in the document, with defaults; without `source`. */
  readonly parameters: z.ZodObject;
  /** The method with these parameters, defaults for absent ones. Throws a ZodError where they do not fit. */
  choose(parameters: unknown): ChosenLabel;
}

interface Definition<S extends z.ZodObject> extends Description {
  readonly parameters: S;
  horizon(parameters: z.output<S>): number | null;
  compute(bars: Bars, parameters: z.output<S>): LabelValues;
}

export function defineLabel<S extends z.ZodObject>({ horizon, compute, ...described }: Definition<S>): Label {
  return {
    ...described,
    choose(given) {
      const parameters = described.parameters.parse(given);
      return {
        source: described.source,
        parameters,
        horizon: horizon(parameters),
        compute: (bars) => compute(bars, parameters),
      };
    },
  };
}
