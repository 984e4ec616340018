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

/** One label method of the grammar (`training.labels.source`); the file's name is its `source`. */
export interface Label<P = never> {
  readonly source: string;
  readonly title: string;
  readonly formula: string;
  readonly citation: string;
  /** Its keys in the document, with defaults; without `source`. */
  readonly parameters: z.ZodType<P>;
  /** The most bars it looks ahead, or null where that depends on the data and only `ends` says. */
  horizon(parameters: P): number | null;
  compute(bars: Bars, parameters: P): LabelValues;
}
