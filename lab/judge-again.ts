import { type Evidence, judge } from '@stratlab/backtests/evidence.ts';
import { ratePerPeriod } from '@stratlab/backtests/session-returns.ts';
import { mappingOr } from '@stratlab/strategies/mapping.ts';
import type { TrialCount } from './count-trial.ts';
import { readResult } from './result-file.ts';
import { type BacktestAnswer, figuresOf } from './shown-backtest.ts';

/** A stored backtest judged against another count of trials than there was when it ran. Throws as `readResult`. */
export function judgeAgain(
  results: string,
  answer: BacktestAnswer,
  { counted, effective }: Pick<TrialCount, 'counted' | 'effective'>,
): Evidence {
  const { sessionReturns, benchmarkReturns } = readResult(results, answer.result_hash);
  const periodsPerYear = figuresOf(answer).figures.periods_per_year ?? Number.NaN;
  const { cash_annual: cash } = mappingOr(answer.execution.financing);
  return judge({
    returns: Float64Array.from(sessionReturns),
    periodsPerYear,
    cashRate: ratePerPeriod(typeof cash === 'number' ? cash : 0, periodsPerYear),
    sample: answer.sample,
    trials: Math.max(1, counted),
    effectiveTrials: effective,
    benchmarkReturns: Float64Array.from(benchmarkReturns),
    closedTrades: answer.trades_count,
  });
}
