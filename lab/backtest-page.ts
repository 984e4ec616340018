import { backtestReport } from '@stratlab/reports/backtest-report.ts';
import type { BacktestReport } from '@stratlab/reports/report-data.ts';
import { backtestCall } from './backtest-call.ts';
import { requireBacktest } from './find-backtest.ts';
import { requireVersion } from './find-strategy.ts';
import type { Lab } from './lab.ts';
import { reportedBacktest } from './reported-backtest.ts';
import { type BacktestAnswer, backtestAnswerSchema } from './shown-backtest.ts';

/** The page of one backtest: HTML that needs nothing else, the same bytes whenever it is asked for. */
export function backtestPage(lab: Lab, { backtest_id: id }: { backtest_id: string }): string {
  const row = requireBacktest(lab, id);
  const answer = backtestAnswerSchema.parse(row.answer);
  const { name, version, fingerprint, yaml } = requireVersion(lab, row.strategyName, row.strategyVersion);
  const { hash, sealed_from } = answer.data;
  const { bars: count, sessions } = answer.span;
  return backtestReport({
    backtest: reportedBacktest(lab, row),
    summary: answer.summary,
    createdAt: row.createdAt,
    experimentId: row.experimentId,
    bars: {
      symbols: answer.symbols,
      count,
      sessions,
      sealedFrom: sealed_from === null ? null : Date.parse(sealed_from),
      hash,
    },
    strategy: { name, version, fingerprint, yaml, fuzzyVariables: [] },
    hashes: hashesOf(answer),
    reproduction: {
      command: `run_backtest ${JSON.stringify(backtestCall(lab, answer), null, 2)}`,
      code: answer.code_version,
      versions: {},
    },
  });
}

function hashesOf({ strategy_name, version, model_id, ...answer }: BacktestAnswer): BacktestReport['hashes'] {
  return [
    ['Bars', answer.data.hash],
    [`${strategy_name} v${version} as it ran`, answer.fingerprint],
    ...(model_id === null || answer.artifact_hash === null ? [] : [[model_id, answer.artifact_hash] as const]),
    ['Result', answer.result_hash],
  ];
}
