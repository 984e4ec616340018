import type { ModelSpec } from './spec.ts';

export const engineIds = ['simd', 'reference', 'simd_fma', 'tensorflow', 'webgpu'] as const;
export type EngineId = (typeof engineIds)[number];

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

/**
 * A training as it stands after an epoch: enough to go on to the same bits as without a break. `numbers` are the
 * engine's own (weights, moments, best weights) under names of its choice.
 */
export interface Checkpoint {
  readonly engine: EngineId;
  readonly epoch: number;
  readonly numbers: Readonly<Record<string, Float64Array>>;
  readonly history: TrainedNetwork['history'];
}

export interface TrainingHooks {
  /**
   * Called after every epoch (of boosting: every round); may be slow. Throwing (a cancellation, say) ends the training
   * with that error. `checkpoint` makes the state to go on from; calling it costs a copy of the weights and moments.
   */
  onEpoch(report: EpochReport, checkpoint: () => Checkpoint): void | Promise<void>;
  /** A checkpoint of the same spec and data to go on from. */
  readonly resumeFrom?: Checkpoint | undefined;
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

export interface TrainingJob {
  readonly spec: ModelSpec;
  readonly data: TrainingData;
  readonly hooks: TrainingHooks;
}

/** A way to train: every engine takes the same spec and data and sees the same seeded bits. */
export interface TrainingEngine {
  readonly id: EngineId;
  /** Whether it can run here, and if not why. */
  probe(): { available: boolean; reason: string };
  supports(spec: ModelSpec): boolean;
  train(spec: ModelSpec, data: TrainingData, hooks: TrainingHooks): Promise<TrainedNetwork>;
  /** Trains all jobs, on as many cores as pay; results in the order of the jobs. The first failure ends all. */
  trainMany(jobs: readonly TrainingJob[]): Promise<TrainedNetwork[]>;
}
