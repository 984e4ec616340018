import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { addTask } from '@stratlab/knowledge/ledger.ts';
import { addBacktest } from '@stratlab/knowledge/results.ts';
import { addVersion, findVersion } from '@stratlab/knowledge/strategies.ts';
import { addTrial } from '@stratlab/knowledge/trials.ts';
import { readConfiguration } from '@stratlab/lab/configuration.ts';
import { newId } from '@stratlab/lab/id.ts';
import { type Lab, openLab } from '@stratlab/lab/lab.ts';
import { crossDocument } from './documents.ts';

/** An empty lab that takes no job from its queue, closed and removed after the test. */
export function idleLab(t: TestContext): Lab {
  const home = mkdtempSync(join(tmpdir(), 'stratlab-'));
  const lab = openLab(readConfiguration({}, { home, logLevel: 'silent' }), { work: false });
  t.after(async () => {
    await lab.close();
    rmSync(home, { recursive: true });
  });
  return lab;
}

interface Recorded {
  name?: string;
  symbol?: string;
  timeframe?: string;
  sample?: 'in_sample' | 'out_of_sample' | 'mixed';
  verdict?: 'no_evidence' | 'weak' | 'moderate' | 'strong';
  sharpe?: number;
  heldSharpe?: number;
  metrics?: Record<string, number | null>;
  document?: Record<string, unknown>;
  experimentId?: string | null;
  at?: number;
}

const undecided = { adjusted_p: 0.4, p: 0.4, psr: 0.6, deflated_sharpe: 0.6, min_track_record_days: null };

/** Writes a backtest as a run would have left it, with its strategy and its trial. Returns its id. */
export function recordBacktest(lab: Pick<Lab, 'database'>, recorded: Recorded = {}): string {
  const { name = 'cross', symbol = 'AAA', timeframe = '1d', sample = 'mixed', verdict = 'no_evidence' } = recorded;
  const { sharpe = 0.2, heldSharpe = 0.4, experimentId = null, at = Date.now() } = recorded;
  const { database } = lab;
  const [id, fingerprint] = [newId('backtest'), 'f'.repeat(64)];
  const document = recorded.document ?? crossDocument(symbol);
  const text = { yaml: '', decider: 'rules', description: '', hypothesis: '' };
  if (findVersion(database, name) === undefined)
    addVersion(database, { name, version: 1, fingerprint, document, createdAt: at, ...text });
  const held = { name: 'buy_and_hold', total_return: 0.5, sharpe: heldSharpe, max_drawdown: -0.3 };
  const metrics = { sharpe, total_return: 0.1, trades: 40, final_equity: 110_000, costs_paid: 900 };
  addBacktest(database, {
    id,
    strategyName: name,
    strategyVersion: 1,
    fingerprint,
    symbol,
    timeframe,
    segment: 'all',
    sample,
    startAt: 0,
    endAt: at,
    dataHash: 'a',
    resultHash: 'b',
    sharpe,
    totalReturn: 0.1,
    verdict,
    answer: {
      kind: 'backtest',
      id,
      summary: `${name} on ${symbol}: ${verdict}.`,
      backtest_id: id,
      strategy_name: name,
      version: 1,
      model_id: null,
      symbol,
      symbols: [symbol],
      timeframe,
      segment: 'all',
      span: { start: '2000-01-03T00:00:00Z', end: '2001-01-03T00:00:00Z', bars: 250, sessions: 250 },
      sample,
      metrics: { ...metrics, ...recorded.metrics, undefined: {} },
      trades_count: 40,
      benchmark: { buy_and_hold: held },
      baselines: {},
      trials: { family: 1, effective: 1, family_name: symbol, new_trial: true },
      evidence: { verdict, reason: `The chance figure of ${name} decided.`, ...undecided },
      execution: {},
      initial_capital: 100_000,
      data: { hash: 'a', synthetic: false, sealed_from: null },
      fingerprint,
      artifact_hash: null,
      result_hash: 'b',
      code_version: '0.1.0',
      warnings: [],
    },
    experimentId,
    createdAt: at,
  });
  addTrial(database, {
    family: symbol,
    decision: id,
    fingerprint,
    subjectId: id,
    kind: 'backtest',
    symbol,
    timeframe,
    dataHash: 'a',
    startAt: 0,
    endAt: at,
    sessions: null,
    returns: null,
    experimentId,
    at,
    shown: true,
  });
  return id;
}

/** Puts a job of some kind on the queue, with its task. */
export function addJob(
  lab: Pick<Lab, 'database' | 'jobs'>,
  kind = 'train',
  experimentId: string | null = null,
): string {
  const id = newId('task');
  const payload = { strategyName: 'cross', strategyVersion: 1 };
  lab.jobs.add({ id, kind, payload, key: null, maxAttempts: 3 });
  addTask(lab.database, { id, experimentId, subject: `${kind} cross v1 on AAA 1d` });
  return id;
}

/** Takes the oldest job of the queue and completes it with a result. */
export function completeNext({ jobs }: Pick<Lab, 'jobs'>, result: object): void {
  const [claim] = jobs.claim('test', 'cpu', 1);
  if (claim === undefined || !jobs.complete(claim, () => result)) throw new Error('There was no job to complete.');
}
