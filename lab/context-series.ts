import type { BarStore, StoredBars } from '@stratlab/data/store.ts';
import { readOrResample } from './market.ts';
import type { LabDocument } from './strategy-language.ts';

/** The bars that a strategy reads beside those it trades, as its `context_data` names them, up to `end` (inclusive). */
export function contextSeries(store: BarStore, { context_data }: LabDocument, end?: number): StoredBars[] {
  return context_data.map(({ symbol, timeframe }) => readOrResample(store, symbol, timeframe, end));
}
