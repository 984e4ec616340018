import { judge } from '@stratlab/backtests/evidence.ts';
import { formatInstant } from '@stratlab/data/instant.ts';
import { addEvent } from '@stratlab/knowledge/experiments.ts';
import { familyOfSymbol } from '@stratlab/knowledge/ledger.ts';
import { addBacktest } from '@stratlab/knowledge/results.ts';
import { addTrial } from '@stratlab/knowledge/trials.ts';
import type { Books } from './commit-job.ts';
import { countTrials, decisionHash } from './count-trial.ts';
import type { BacktestOrder } from './orders.ts';
import type { Ran } from './ran.ts';
import type { BacktestAnswer } from './shown-backtest.ts';
import { codeVersion } from './version.ts';

/** Counts the look, judges the result against all the family's trials, and writes the answer. Inside a transaction. */
export function commitBacktest({ database }: Books, order: BacktestOrder, ran: Ran): BacktestAnswer {
  const family = familyOfSymbol(database, ran.symbol) ?? ran.underlying;
  const at = Date.now();
  const decision = decisionHash(ran.fingerprint, order.artifactHash);
  const { counted } = addTrial(database, {
    family,
    decision,
    fingerprint: ran.fingerprint,
    subjectId: order.backtestId,
    kind: 'backtest',
    symbol: ran.symbol,
    timeframe: order.timeframe,
    dataHash: ran.dataHash,
    startAt: ran.start,
    endAt: ran.end,
    sessions: ran.session,
    returns: ran.returns,
    experimentId: order.experimentId,
    at,
    shown: order.sample !== 'in_sample',
  });
  const trials = countTrials(database, family);
  const evidence = judge({
    returns: ran.returns,
    periodsPerYear: ran.periodsPerYear,
    cashRate: ran.cashRate,
    sample: order.sample,
    trials: Math.max(1, trials.counted),
    effectiveTrials: trials.effective,
    benchmarkReturns: ran.benchmarkReturns,
    closedTrades: ran.tradesCount,
  });
  const answer: BacktestAnswer = {
    kind: 'backtest',
    id: order.backtestId,
    summary: headline(order, ran, evidence),
    backtest_id: order.backtestId,
    strategy_name: order.strategyName,
    version: order.strategyVersion,
    model_id: order.modelId,
    symbol: ran.symbol,
    symbols: ran.symbols,
    timeframe: order.timeframe,
    segment: order.segment,
    span: {
      start: formatInstant(ran.start),
      end: formatInstant(ran.end),
      bars: ran.bars,
      sessions: ran.session.length,
    },
    sample: order.sample,
    metrics: { ...ran.measures.values, undefined: ran.measures.undefined },
    trades_count: ran.tradesCount,
    benchmark: { buy_and_hold: ran.benchmark },
    baselines: ran.baselines,
    trials: { family: trials.counted, effective: round(trials.effective), family_name: family, new_trial: counted },
    evidence,
    execution: ran.execution,
    initial_capital: order.initialCapital,
    data: {
      hash: ran.dataHash,
      synthetic: ran.synthetic,
      sealed_from: ran.sealedFrom === null ? null : formatInstant(ran.sealedFrom),
    },
    fingerprint: ran.fingerprint,
    artifact_hash: order.artifactHash,
    result_hash: ran.resultHash,
    code_version: codeVersion,
    warnings: [...order.warnings, ...ran.warnings],
  };
  addBacktest(database, {
    id: order.backtestId,
    strategyName: order.strategyName,
    strategyVersion: order.strategyVersion,
    fingerprint: ran.fingerprint,
    modelId: order.modelId,
    symbol: ran.symbol,
    timeframe: order.timeframe,
    segment: order.segment,
    sample: order.sample,
    startAt: ran.start,
    endAt: ran.end,
    dataHash: ran.dataHash,
    resultHash: ran.resultHash,
    sharpe: ran.measures.values.sharpe,
    totalReturn: ran.measures.values.total_return,
    verdict: evidence.verdict,
    answer,
    experimentId: order.experimentId,
    createdAt: at,
  });
  addEvent(database, {
    experimentId: order.experimentId,
    kind: 'backtest',
    subjectId: order.backtestId,
    summary: answer.summary,
    at,
  });
  return answer;
}

const verdictWords = {
  no_evidence: 'No evidence of an edge',
  weak: 'Weak evidence',
  moderate: 'Moderate evidence',
  strong: 'Strong evidence',
};

function headline(order: BacktestOrder, ran: Ran, { verdict }: { verdict: keyof typeof verdictWords }): string {
  const { sharpe, total_return } = ran.measures.values;
  const name = `${order.strategyName} v${order.strategyVersion} on ${ran.symbol} ${order.timeframe}`;
  const sample = order.sample.replaceAll('_', ' ');
  return `${verdictWords[verdict]}: ${name} returned ${percent(total_return)} ${ran.free ? 'without any costs' : 'after costs'} (${sample}), Sharpe ${ratio(sharpe)} against ${ratio(ran.benchmark.sharpe)} for buy-and-hold.`;
}

function percent(fraction: number | null): string {
  return fraction === null ? 'nothing that can be measured' : `${(100 * fraction).toFixed(1)} %`;
}

function ratio(value: number | null): string {
  return value === null ? 'undefined' : value.toFixed(2);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
