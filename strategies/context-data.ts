import type { Problem } from '@stratlab/data/error.ts';
import { compareTimeframes } from '@stratlab/data/timeframe.ts';
import { baseTimeframe, type DocumentCore, legSymbols } from './document.ts';
import { checkFormula, type Formula } from './formula.ts';
import type { IndicatorDefinition } from './indicator-definition.ts';

/** Which entries of `context_data` cannot be read. */
export function contextProblems(document: DocumentCore): Problem[] {
  const base = baseTimeframe(document);
  const legs = legSymbols(document);
  return document.context_data.flatMap(({ symbol, timeframe }, k): Problem[] => {
    const path = `context_data.${k}`;
    if (legs.includes(symbol)) {
      return [{ path, message: `${symbol} is a leg, and read on ${base}.`, hint: 'Leave it out here.' }];
    }
    if (compareTimeframes(timeframe, base) >= 0) return [];
    const message = `${timeframe} is finer than ${base}, on which is decided.`;
    return [{ path: `${path}.timeframe`, message, hint: `Write ${base}, or a coarser one.` }];
  });
}

/** That nothing reads an entry of `context_data`. */
export function idleContext(
  { context_data: series }: Pick<DocumentCore, 'context_data'>,
  indicators: Readonly<Record<string, IndicatorDefinition>>,
  formulas: Iterable<Formula>,
): Problem[] {
  const read = new Set(Object.values(indicators).map(({ dataSource }) => dataSource));
  for (const formula of formulas)
    for (const symbol of checkFormula(formula, {}).references.symbols) read.add(symbol.toUpperCase());
  return series.flatMap(({ symbol }, k): Problem[] => {
    if (read.has(symbol)) return [];
    const message = `Nothing reads ${symbol}: no indicator has data_source: ${symbol}, no formula series("${symbol}").`;
    return [{ path: `context_data.${k}`, message }];
  });
}
