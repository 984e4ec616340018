import { timeframes } from '@stratlab/data/timeframe.ts';
import { z } from 'zod';

const instant = z.number().nullable();
const document = z.record(z.string(), z.unknown());

/** What a training job is told. All that it depends on is inside, so that it can run in any process and at any time. */
export const trainOrderSchema = z.strictObject({
  modelId: z.string(),
  strategyName: z.string(),
  strategyVersion: z.int(),
  /** The effective document: market and training settings of the call already in it. */
  document,
  /** The document without the call's training settings: what a backtest of the model will run. */
  deciding: document,
  start: instant,
  end: instant,
  engine: z.string(),
  experimentId: z.string().nullable(),
});
export type TrainOrder = z.infer<typeof trainOrderSchema>;

/** What a backtest is told, here or in a job. */
export const backtestOrderSchema = z.strictObject({
  backtestId: z.string(),
  strategyName: z.string(),
  strategyVersion: z.int(),
  document,
  modelId: z.string().nullable(),
  artifactHash: z.string().nullable(),
  symbol: z.string(),
  timeframe: z.enum(timeframes),
  segment: z.enum(['test', 'validation', 'train', 'all']),
  sample: z.enum(['in_sample', 'out_of_sample', 'mixed']),
  from: instant,
  to: instant,
  initialCapital: z.number(),
  periodsPerYear: z.number().nullable(),
  experimentId: z.string().nullable(),
  warnings: z.array(z.string()),
});
export type BacktestOrder = z.infer<typeof backtestOrderSchema>;

/** A backtest whose order is written when its job is taken, because its model may have to be trained first. */
export const lateBacktestSchema = z.strictObject({
  strategyName: z.string(),
  strategyVersion: z.int(),
  /** Null: the strategy's own. */
  symbol: z.string().nullable(),
  modelId: z.string().nullable(),
  /** The training that gives its model, where there is none yet. */
  trainingId: z.string().nullable(),
  experimentId: z.string().nullable(),
});
export type LateBacktest = z.infer<typeof lateBacktestSchema>;
