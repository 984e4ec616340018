import type { ModelSpec } from './spec.ts';

/** Rows of inputs with their targets, row-major. */
export interface Dataset {
  readonly rows: number;
  /** rows x spec.inputs. */
  readonly features: Float64Array;
  /** Class index, or real target, per row. */
  readonly targets: Float64Array;
  /** Weight of each row in the loss; null: all 1. */
  readonly weights: Float64Array | null;
}

export interface EpochReport {
  /** From 1. */
  epoch: number;
  epochs: number;
  trainLoss: number;
  validationLoss: number | null;
}

export interface TrainingHooks {
  /** Called after every epoch; may be slow. Throwing (a cancellation, say) ends the training with that error. */
  onEpoch(report: EpochReport): void | Promise<void>;
}

export interface TrainingData {
  readonly train: Dataset;
  /** Watched by early stopping; null: train for all epochs. */
  readonly validation: Dataset | null;
}

/** Weights of a trained network in the spec's canonical layout, with how they came about. */
export interface TrainedNetwork {
  readonly weights: Float64Array;
  readonly bestEpoch: number;
  readonly history: readonly { epoch: number; trainLoss: number; validationLoss: number | null }[];
  readonly stoppedEarly: boolean;
}

/** A way to train: every engine takes the same spec and data and sees the same seeded bits. */
export interface TrainingEngine {
  readonly id: 'reference' | 'simd' | 'tensorflow' | 'webgpu';
  /** Whether it can run here, and if not why. */
  probe(): { available: boolean; reason: string };
  supports(spec: ModelSpec): boolean;
  train(spec: ModelSpec, data: TrainingData, hooks: TrainingHooks): Promise<TrainedNetwork>;
}
