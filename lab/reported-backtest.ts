import type { BacktestRow } from '@stratlab/knowledge/results.ts';
import type { ReportedBacktest } from '@stratlab/reports/report-data.ts';
import { requireResult } from './find-result.ts';
import type { Lab } from './lab.ts';
import { backtestAnswerSchema, figuresOf } from './shown-backtest.ts';

/** A backtest as reports show it, from what it left and nothing else. Throws as `requireResult`. */
export function reportedBacktest(lab: Pick<Lab, 'database' | 'folders'>, row: BacktestRow): ReportedBacktest {
  const answer = backtestAnswerSchema.parse(row.answer);
  const result = requireResult(lab, row.resultHash);
  const { figures, undefinedFigures } = figuresOf(answer);
  return {
    id: row.id,
    strategy: row.strategyName,
    version: row.strategyVersion,
    modelId: row.modelId,
    symbol: row.symbol,
    timeframe: row.timeframe,
    synthetic: answer.data.synthetic,
    start: row.startAt,
    end: row.endAt,
    segment: row.segment,
    sample: answer.sample,
    initialCapital: answer.initial_capital,
    metrics: figures,
    undefinedMetrics: undefinedFigures,
    benchmark: { ...answer.benchmark.buy_and_hold, equity: result.benchmarkEquity },
    baselines: Object.values(answer.baselines),
    trials: answer.trials,
    evidence: answer.evidence,
    time: result.time,
    equity: result.equity,
    sessions: { session: Float64Array.from(result.session), returns: Float64Array.from(result.sessionReturns) },
    stretches: [],
    trades: result.trades,
    execution: answer.execution,
    warnings: answer.warnings,
  };
}
