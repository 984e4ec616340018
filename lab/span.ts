import { LabError } from '@stratlab/data/error.ts';
import { formatDate, parseEnd, parseInstant } from '@stratlab/data/instant.ts';
import type { Lab } from './lab.ts';
import type { LabStrategy } from './strategy-language.ts';
import { sealOf } from './traded-symbols.ts';

/** Of bars by their start, inclusive; undefined where open. Epoch milliseconds. */
export interface Span {
  start: number | undefined;
  end: number | undefined;
}

/**
 * The dates asked for, else the document's, on all of `symbols`. A date asked for beyond the seal is refused (`sealed`); a document's is
 * clipped to it with a warning. Throws `invalid_input` where no symbol is known.
 */
export function clippedRange(
  { store }: Pick<Lab, 'store'>,
  strategy: LabStrategy,
  symbols: readonly string[],
  asked: Span,
  warnings: string[],
): Span {
  if (symbols.length === 0) {
    throw new LabError('invalid_input', 'The strategy names no symbol.', {
      path: 'symbol',
      hint: 'Give symbol; list_market_data names what there is.',
    });
  }
  const { start, end } = strategy.document.training_data.date_range;
  const named = {
    start: asked.start ?? (start === undefined ? undefined : parseInstant(start, 'training_data.date_range.start')),
    end: asked.end ?? (end === undefined ? undefined : parseEnd(end, 'training_data.date_range.end')),
  };
  for (const symbol of symbols) {
    const sealedFrom = sealOf(store, symbol);
    if (sealedFrom === null) continue;
    for (const side of ['start', 'end'] as const) {
      const value = asked[side];
      if (value !== undefined && value >= sealedFrom) throw sealed(symbol, side, value, sealedFrom);
    }
    if (named.end !== undefined && named.end >= sealedFrom) {
      warnings.push(
        `The strategy's end of ${formatDate(named.end)} lies beyond the seal of ${symbol}; it was moved back to ${formatDate(sealedFrom - 1)}.`,
      );
      named.end = sealedFrom - 1;
    }
  }
  if (named.start !== undefined && named.end !== undefined && named.start > named.end) {
    throw new LabError(
      'invalid_input',
      `The start ${formatDate(named.start)} is after the end ${formatDate(named.end)}.`,
      { path: 'start_date' },
    );
  }
  return named;
}

function sealed(symbol: string, side: 'start' | 'end', asked: number, sealedFrom: number): LabError {
  return new LabError(
    'sealed',
    `${symbol} is sealed from ${formatDate(sealedFrom)}: the ${side} ${formatDate(asked)} is beyond it.`,
    {
      path: `${side}_date`,
      hint: `Choose a date before ${formatDate(sealedFrom)}. Sealed bars are only for a final holdout.`,
    },
  );
}
