import type { MessagePort } from 'node:worker_threads';
import { type ErrorCode, LabError } from '@stratlab/data/error.ts';
import type { Checkpoint, EpochReport, TrainedNetwork } from '../../engine.ts';
import type { NeuralSpec } from '../../spec.ts';
import type { KernelBuild } from './kernel.ts';
import type { TrainingRows } from './laid-out.ts';

/** Flags of one training that both threads see. */
export const signal = { standingReady: 0, stop: 1 } as const;

export interface TrainMessage {
  readonly kind: 'train';
  readonly build: KernelBuild;
  readonly spec: NeuralSpec;
  readonly rows: TrainingRows;
  readonly resumeFrom: Checkpoint | null;
  /** Shared; by `signal`. */
  readonly signals: Int32Array;
  /** Where the thread puts a `Standing` that it is asked for. */
  readonly standings: MessagePort;
}

/** After `epoch` the thread waits for `goOn`, and meanwhile answers to `standing`. */
export type ToThread = TrainMessage | { readonly kind: 'goOn' } | { readonly kind: 'standing' };

/** A LabError loses its class between threads; any other error goes as it is. */
export type Failure =
  | { readonly code: ErrorCode; readonly message: string; readonly hint: string | undefined }
  | { readonly code: null; readonly error: unknown };

export type FromThread =
  | { readonly kind: 'epoch'; readonly report: EpochReport }
  | { readonly kind: 'trained'; readonly trained: TrainedNetwork }
  | { readonly kind: 'failed'; readonly failure: Failure };

export function failureOf(error: unknown): Failure {
  if (!(error instanceof LabError)) return { code: null, error };
  return { code: error.code, message: error.message, hint: error.hint };
}

export function errorOf(failure: Failure): unknown {
  if (failure.code === null) return failure.error;
  const { code, message, hint } = failure;
  return new LabError(code, message, hint === undefined ? {} : { hint });
}
