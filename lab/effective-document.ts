import { LabError } from '@stratlab/data/error.ts';
import type { Timeframe } from '@stratlab/data/timeframe.ts';

/** What a call may say instead of the document. */
export interface MarketChoice {
  symbol?: string | undefined;
  timeframe?: Timeframe | undefined;
}

type Mapping = Record<string, unknown>;

/** The document as one call means it: on that symbol and timeframe, with some keys of `execution` replaced whole. */
export function effectiveDocument(
  document: Mapping,
  { symbol, timeframe }: MarketChoice,
  execution?: Mapping,
): Mapping {
  const data = mapping(document.training_data, 'training_data');
  return {
    ...document,
    training_data: {
      ...data,
      ...(symbol === undefined ? {} : { symbols: { mode: 'single', symbol } }),
      ...(timeframe === undefined ? {} : { timeframes: { mode: 'single', timeframe } }),
    },
    ...(execution === undefined ? {} : { execution: { ...mapping(document.execution, 'execution'), ...execution } }),
  };
}

/** The document with some of its training settings replaced. */
export function withTraining(document: Mapping, settings: Mapping): Mapping {
  const given = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
  if (Object.keys(given).length === 0) return document;
  return { ...document, training: { ...mapping(document.training, 'training'), ...given } };
}

function mapping(value: unknown, path: string): Mapping {
  if (value === undefined || value === null) return {};
  if (typeof value === 'object' && !Array.isArray(value)) return { ...value };
  throw new LabError('invalid_input', `${path} is a mapping of keys to values.`, { path });
}
