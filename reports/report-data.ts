import type { SampleKind, Verdict } from '@stratlab/backtests/evidence.ts';
import type { SessionReturns } from '@stratlab/backtests/session-returns.ts';
import type { Trade } from '@stratlab/backtests/trade.ts';
import type { FuzzyVariable } from './charts/fuzzy-sets.ts';
import type { LossData } from './charts/loss.ts';
import type { Stretch } from './curve.ts';

/**
 * Everything that the report of an experiment shows: plain data, times in epoch milliseconds, returns as fractions,
 * money in account currency, null for what is not known. Empty lists leave their sections out.
 */
export interface ExperimentReport {
  readonly experiment: ReportedExperiment;
  readonly series: readonly ReportedSeries[];
  readonly strategies: readonly ReportedStrategy[];
  readonly models: readonly ReportedModel[];
  /** Oldest first. */
  readonly backtests: readonly ReportedBacktest[];
  readonly insights: readonly ReportedInsight[];
  readonly reproduction: Reproduction;
}

export interface ReportedExperiment {
  readonly id: string;
  readonly name: string;
  readonly hypothesis: string;
  readonly criterion: { readonly metric: string; readonly threshold: number } | null;
  readonly outcome: 'supported' | 'refuted' | 'inconclusive' | null;
  readonly conclusion: string | null;
  readonly tags: readonly string[];
  readonly createdAt: number;
  readonly endedAt: number | null;
}

export interface ReportedSeries {
  readonly symbol: string;
  readonly timeframe: string;
  readonly rows: number;
  /** Starts of the first and the last bar that may be seen. */
  readonly start: number;
  readonly end: number;
  readonly sealedFrom: number | null;
  readonly hash: string;
  readonly source: string;
  readonly synthetic: boolean;
  readonly grade: string | null;
  /** What the quality check found, one sentence each. */
  readonly findings: readonly string[];
}

export interface ReportedStrategy {
  readonly name: string;
  readonly version: number;
  readonly fingerprint: string;
  readonly yaml: string;
  readonly fuzzyVariables: readonly FuzzyVariable[];
}

/** Figures of one part of the rows, by name: rows, loss, accuracy, balanced_accuracy, majority_class_accuracy, … */
export type SplitFigures = Readonly<Record<string, number | null>>;

export interface ReportedModel extends Pick<LossData, 'history' | 'bestEpoch'> {
  readonly id: string;
  readonly strategy: string;
  /** `mlp [20, 10]`. */
  readonly type: string;
  readonly engine: string;
  readonly seed: number;
  readonly hash: string;
  readonly features: readonly string[];
  readonly stoppedEarly: boolean;
  /** In the order train, validation, test. */
  readonly splits: Readonly<Record<string, SplitFigures>>;
}

/** What a strategy is held against, at the same costs over the same bars. */
export interface Rival {
  readonly name: string;
  readonly total_return: number | null;
  readonly sharpe: number | null;
  readonly max_drawdown: number | null;
  /** After each bar of the backtest; left out where it is not drawn. */
  readonly equity?: ArrayLike<number>;
}

export interface ReportedBacktest {
  readonly id: string;
  readonly strategy: string;
  readonly version: number;
  readonly modelId: string | null;
  readonly symbol: string;
  readonly timeframe: string;
  readonly synthetic: boolean;
  readonly start: number;
  readonly end: number;
  /** `test`, `validation`, `train`, `all`. */
  readonly segment: string;
  readonly sample: SampleKind;
  /** Left out where the result does not name it: amounts are in account currency. */
  readonly currency?: string;
  readonly initialCapital: number;
  readonly metrics: Readonly<Record<string, number | null>>;
  /** Why a metric is null. */
  readonly undefinedMetrics: Readonly<Record<string, string>>;
  readonly benchmark: Rival;
  readonly baselines: readonly Rival[];
  readonly trials: { readonly family: number; readonly effective: number };
  readonly evidence: { readonly verdict: Verdict; readonly reason: string; readonly adjusted_p: number | null };
  readonly time: ArrayLike<number>;
  readonly equity: ArrayLike<number>;
  /** Closes of the same bars, for the chart of trades; left out where it is not drawn. */
  readonly close?: ArrayLike<number>;
  /** For the chart of returns; left out where it is not drawn. */
  readonly sessions?: SessionReturns;
  readonly stretches: readonly Stretch[];
  /** Oldest first. */
  readonly trades: readonly Trade[];
  /** As used, defaults filled in. */
  readonly execution: Readonly<Record<string, unknown>>;
  readonly warnings: readonly string[];
}

/** Everything that the report of one backtest shows, all of it from what the backtest left: the same at any later time. */
export interface BacktestReport {
  readonly backtest: ReportedBacktest;
  /** The result in one sentence, as it was first shown. */
  readonly summary: string;
  readonly createdAt: number;
  readonly experimentId: string | null;
  readonly bars: TestedBars;
  readonly strategy: ReportedStrategy;
  /** What must be the same for the same result, by name, and the result itself. */
  readonly hashes: readonly (readonly [name: string, hash: string])[];
  readonly reproduction: Reproduction;
}

/** The bars of a backtest as they were when it ran. */
export interface TestedBars {
  readonly symbols: readonly string[];
  readonly count: number;
  readonly sessions: number;
  readonly sealedFrom: number | null;
  readonly hash: string;
}

export interface ReportedInsight {
  readonly id: string;
  readonly category: string;
  readonly content: string;
  readonly importance: number;
  readonly tags: readonly string[];
}

export interface Reproduction {
  /** What to type to get the same result, or null. */
  readonly command: string | null;
  /** Version of the lab's code. */
  readonly code: string;
  /** Versions of what it ran on, by name. */
  readonly versions: Readonly<Record<string, string>>;
}
