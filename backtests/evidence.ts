import { deflatedSharpe } from './statistics/deflated-sharpe.ts';
import { minimumTrackRecord } from './statistics/minimum-track-record.ts';
import { moments } from './statistics/moments.ts';
import { serialInflation } from './statistics/newey-west.ts';
import { normalCdf } from './statistics/normal.ts';
import { probabilisticSharpe } from './statistics/probabilistic-sharpe.ts';
import { type SharpeSample, sharpeError, sharpeSample } from './statistics/sharpe-error.ts';
import { sidak } from './statistics/sidak.ts';

export const verdicts = ['no_evidence', 'weak', 'moderate', 'strong'] as const;
export type Verdict = (typeof verdicts)[number];

/** Whether the rule was shaped by the bars it is judged on. */
export type SampleKind = 'in_sample' | 'out_of_sample' | 'mixed';

/** Least that each verdict asks for; the rest of the rules stand in `judge`. */
export const demands = {
  weak: { adjustedP: 0.1, deflatedSharpe: 0, sessions: 60, years: 0, trades: 10 },
  moderate: { adjustedP: 0.05, deflatedSharpe: 0, sessions: 60, years: 1, trades: 30 },
  strong: { adjustedP: 0.005, deflatedSharpe: 0.95, sessions: 120, years: 2, trades: 30 },
} as const;

/** Confidence at which the track record is called long enough. */
const trackRecordConfidence = 0.95;

export interface Judged {
  /** One return per session day, costs paid. */
  returns: Float64Array;
  periodsPerYear: number;
  /** Return of cash per session; the Sharpe ratio is over it. */
  cashRate?: number;
  sample: SampleKind;
  /** Distinct rules tried in the family, this one included, and the independent ones they amount to. */
  trials: number;
  effectiveTrials: number;
  /** Buy-and-hold in the same sessions. */
  benchmarkReturns?: Float64Array;
  /** Closed trades; left out where trades say nothing (target weights). */
  closedTrades?: number;
  /** Variance of the trials' per-session Sharpe ratios, where it is known. */
  trialsVariance?: number;
}

export interface Evidence {
  verdict: Verdict;
  /** One sentence with the figures that decided. */
  reason: string;
  /** `p` for the best of the effective trials: Šidák, 1 - (1 - p)^effective. */
  adjusted_p: number | null;
  /** Chance of a Sharpe ratio this high without skill: one-sided, Mertens' error widened for serial correlation. */
  p: number | null;
  /** Probability that the true Sharpe ratio is above 0: one trial, no serial correlation. */
  psr: number | null;
  deflated_sharpe: number | null;
  /** Calendar days after which this Sharpe ratio would be above 0 with 95 % confidence; null where it is not positive. */
  min_track_record_days: number | null;
}

/**
 * How much a result says about skill, doubting first: the highest verdict of `demands` that is met. A sample that is
 * not wholly out of sample, or a Sharpe ratio no better than buy-and-hold's, is at most weak.
 *
 * The standard error behind `p` is Mertens', but no smaller than that of a Sharpe ratio of zero (positive skew earns no
 * confidence), times the square root of the Newey-West long-run variance over the plain one, where that is above 1
 * (nor does apparent reversal); lag floor(4 (n / 100)^(2/9)).
 */
export function judge(judged: Judged): Evidence {
  const figures = figuresOf(judged);
  if (figures === undefined) return nothingToJudge(judged);
  let verdict: Verdict = 'no_evidence';
  let objection: string | undefined;
  for (const next of ['weak', 'moderate', 'strong'] as const) {
    objection = objectionTo(next, judged, figures);
    if (objection !== undefined) break;
    verdict = next;
  }
  return {
    verdict,
    reason: sentence(judged, figures, verdict, objection),
    adjusted_p: figures.adjustedP,
    p: figures.p,
    psr: figures.psr,
    deflated_sharpe: figures.deflatedSharpe,
    min_track_record_days: figures.minimumDays,
  };
}

interface Figures {
  sessions: number;
  annualSharpe: number;
  benchmarkSharpe: number | undefined;
  p: number;
  adjustedP: number;
  psr: number;
  deflatedSharpe: number;
  minimumDays: number | null;
}

function figuresOf(judged: Judged): Figures | undefined {
  const { returns, periodsPerYear, cashRate = 0, benchmarkReturns, trialsVariance } = judged;
  const sample = excessSample(returns, cashRate);
  const mertens = sharpeError(sample);
  if (!(mertens > 0)) return undefined;
  const error = Math.max(mertens, sharpeErrorOfZero(sample.count)) * serialInflation(returns);
  const annual = Math.sqrt(periodsPerYear);
  const p = normalCdf(-sample.sharpe / error);
  const trials = Math.max(1, judged.effectiveTrials);
  const benchmark = benchmarkReturns && excessSample(benchmarkReturns, cashRate).sharpe * annual;
  return {
    sessions: sample.count,
    annualSharpe: sample.sharpe * annual,
    benchmarkSharpe: Number.isNaN(benchmark) ? undefined : benchmark,
    p,
    adjustedP: sidak(p, trials),
    psr: probabilisticSharpe(sample),
    deflatedSharpe: deflatedSharpe(sample, trials, trialsVariance),
    minimumDays: trackRecordDays(sample, periodsPerYear),
  };
}

function sharpeErrorOfZero(sessions: number): number {
  return 1 / Math.sqrt(sessions - 1);
}

function excessSample(returns: Float64Array, cashRate: number): SharpeSample {
  return sharpeSample(moments(returns.map((value) => value - cashRate)));
}

function trackRecordDays(sample: SharpeSample, periodsPerYear: number): number | null {
  const periods = minimumTrackRecord(sample, 0, trackRecordConfidence);
  return Number.isFinite(periods) ? Math.ceil((periods / periodsPerYear) * 365.25) : null;
}

/** What keeps a result from a verdict, if anything does. */
function objectionTo(verdict: keyof typeof demands, judged: Judged, figures: Figures): string | undefined {
  const demand = demands[verdict];
  const { closedTrades, periodsPerYear, sample } = judged;
  const sessions = Math.max(demand.sessions, Math.ceil(demand.years * periodsPerYear));
  if (figures.sessions < sessions) return `${verdict} evidence asks for at least ${sessions} sessions`;
  if (closedTrades !== undefined && closedTrades < demand.trades) {
    return `${verdict} evidence asks for at least ${demand.trades} trades, not ${closedTrades}`;
  }
  if (figures.adjustedP > demand.adjustedP) return `${verdict} evidence asks for ${percent(demand.adjustedP)} or less`;
  if (figures.deflatedSharpe < demand.deflatedSharpe) {
    return `strong evidence asks for a deflated Sharpe ratio of at least ${demand.deflatedSharpe}, not ${figures.deflatedSharpe.toFixed(2)}`;
  }
  if (verdict === 'weak') return undefined;
  if (sample === 'in_sample') return 'what is in sample is never more than weak evidence';
  if (sample === 'mixed') return 'what is partly in sample is never more than weak evidence';
  if (beatenByHolding(figures)) return 'what buy-and-hold does as well is never more than weak evidence';
  return undefined;
}

function beatenByHolding({ annualSharpe, benchmarkSharpe }: Figures): boolean {
  return benchmarkSharpe !== undefined && annualSharpe <= benchmarkSharpe;
}

function sentence(judged: Judged, figures: Figures, verdict: Verdict, objection: string | undefined): string {
  const { annualSharpe, sessions, adjustedP } = figures;
  const opening = verdict === 'no_evidence' ? 'No evidence' : `${verdict[0].toUpperCase()}${verdict.slice(1)} evidence`;
  const sharpe = `a Sharpe ratio of ${annualSharpe.toFixed(2)} over ${sessions} sessions${holdingText(figures)}`;
  const luck = `is what luck alone reaches with ${percent(adjustedP)} probability ${trialsText(judged)}`;
  return `${opening}: ${sharpe} ${luck}${objection === undefined ? '' : `; ${objection}`}.`;
}

function holdingText(figures: Figures): string {
  if (figures.benchmarkSharpe === undefined) return '';
  const comparison = beatenByHolding(figures) ? 'no better than' : 'better than';
  return ` (${comparison} buy-and-hold at ${figures.benchmarkSharpe.toFixed(2)})`;
}

function trialsText({ trials, effectiveTrials }: Judged): string {
  if (trials <= 1) return 'in one trial';
  return `as the best of ${trials} trials (${Math.max(1, effectiveTrials).toFixed(1)} independent)`;
}

function percent(share: number): string {
  const value = 100 * share;
  return value !== 0 && value < 0.01 ? 'less than 0.01 %' : `${Number(value.toPrecision(3))} %`;
}

function nothingToJudge({ returns, closedTrades }: Judged): Evidence {
  const cause =
    returns.length < 2
      ? `${returns.length} sessions are too few`
      : closedTrades === 0
        ? 'no trade was made'
        : 'the returns do not vary';
  return {
    verdict: 'no_evidence',
    reason: `No evidence: ${cause}.`,
    adjusted_p: null,
    p: null,
    psr: null,
    deflated_sharpe: null,
    min_track_record_days: null,
  };
}
