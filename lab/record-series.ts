import { type Bars, barCount, sliceBars } from '@stratlab/data/bars.ts';
import type { Finding, Grade } from '@stratlab/data/quality.ts';
import type { WrittenSeries } from '@stratlab/data/store.ts';
import { addSeries } from '@stratlab/knowledge/ledger.ts';
import { forgetCloses } from '@stratlab/knowledge/session-closes.ts';
import { judgeSeries } from './check-data-quality.ts';
import { findFamily } from './family.ts';
import type { Lab } from './lab.ts';

export interface SeriesRecord {
  family: string;
  /** Null where every bar is sealed, so that nothing may be judged. */
  grade: Grade | null;
  findings: Finding[];
}

/** Judges what may be seen of a series just stored, finds its family, and writes both to the ledger. */
export function recordSeries(
  lab: Pick<Lab, 'store' | 'database'>,
  { series, seal, visible }: WrittenSeries,
  bars: Bars,
): SeriesRecord {
  const { symbol, timeframe, hash, instrument, imported_at: importedAt } = series;
  const { underlying, calendar } = instrument;
  const seen = sliceBars(bars, 0, visible.rows);
  const { grade, findings } = barCount(seen) === 0 ? { grade: null, findings: [] } : judgeSeries(seen, series);
  const sealMoved = seal.set_at >= importedAt;
  forgetCloses(lab.database, symbol, sealMoved ? underlying : null);
  const family = findFamily(lab, underlying, { symbol, timeframe, calendar, bars: seen });
  addSeries(lab.database, { symbol, timeframe, hash, underlying, family, grade: grade ?? '', findings, importedAt });
  return { family, grade, findings };
}
