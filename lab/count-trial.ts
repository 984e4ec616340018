import { alignSessions } from '@stratlab/backtests/session-returns.ts';
import { effectiveTrials } from '@stratlab/backtests/statistics/effective-trials.ts';
import { sha256 } from '@stratlab/data/hash.ts';
import type { Database } from '@stratlab/knowledge/database.ts';
import { countedTrials, float64, type TrialRow } from '@stratlab/knowledge/trials.ts';
import { canonicalJson } from '@stratlab/strategies/fingerprint.ts';

/** Identity of a decision rule: what it is, and the weights it decides by. */
export function decisionHash(fingerprint: string, artifactHash: string | null): string {
  return sha256(canonicalJson({ fingerprint, artifact: artifactHash }));
}

/** How many trials a family has had: distinct decision rules shown, and the independent ones they amount to. */
export interface TrialCount {
  family: string;
  counted: number;
  effective: number;
}

/** Trials whose returns are compared; beyond them each counts fully. */
const mostCompared = 400;

export function countTrials(database: Database, family: string): TrialCount {
  const trials = countedTrials(database, family);
  const compared = trials.filter(hasReturns).slice(-mostCompared);
  const results = compared.map((trial) => ({ session: float64(trial.sessions), returns: float64(trial.returns) }));
  const independent = results.length < 2 ? results.length : effectiveTrials(alignSessions(results).returns);
  return { family, counted: trials.length, effective: Math.max(1, independent + trials.length - results.length) };
}

type WithReturns = TrialRow & { sessions: Buffer; returns: Buffer };

function hasReturns(trial: TrialRow): trial is WithReturns {
  return trial.sessions !== null && trial.returns !== null;
}
