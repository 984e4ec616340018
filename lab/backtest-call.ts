import { baseTimeframe, documentSymbols } from '@stratlab/strategies/document.ts';
import { canonicalJson } from '@stratlab/strategies/fingerprint.ts';
import { requireVersion } from './find-strategy.ts';
import type { Lab } from './lab.ts';
import { type BacktestAnswer, figuresOf } from './shown-backtest.ts';
import { type LabDocument, requireStrategy } from './strategy-language.ts';

/** Arguments of `run_backtest` that give the result of a backtest again, as long as its bars are there. */
export function backtestCall(lab: Pick<Lab, 'database'>, answer: BacktestAnswer): Record<string, unknown> {
  const { strategy_name, version, model_id, segment, span, initial_capital } = answer;
  const { document } = requireStrategy(requireVersion(lab, strategy_name, version).document).strategy;
  const { periods_per_year } = figuresOf(answer).figures;
  return {
    strategy_name,
    version,
    ...(model_id !== null && { model_id, segment }),
    ...marketOf(document, answer),
    start_date: span.start,
    end_date: span.end,
    initial_capital,
    ...(periods_per_year !== null && { periods_per_year }),
    ...executionOf(document, answer),
  };
}

/** Symbol and timeframe where the call replaced those of the document. */
function marketOf(document: LabDocument, { symbols, timeframe }: BacktestAnswer) {
  const replaceable = document.universe === null && document.legs === null;
  return {
    ...(replaceable && documentSymbols(document)[0] !== symbols[0] && { symbol: symbols[0] }),
    ...(baseTimeframe(document) !== timeframe && { timeframe }),
  };
}

/** The keys of the execution block that the call replaced. */
function executionOf(document: LabDocument, { execution: { costs_used: _costs, ...used } }: BacktestAnswer) {
  const own = new Map<string, unknown>(Object.entries(document.execution));
  const replaced = Object.entries(used).filter(([key, value]) => canonicalJson(value) !== canonicalJson(own.get(key)));
  return replaced.length === 0 ? {} : { execution: Object.fromEntries(replaced) };
}
