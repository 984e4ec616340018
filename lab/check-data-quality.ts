import { type Bars, sliceBars } from '@stratlab/data/bars.ts';
import { getCalendar } from '@stratlab/data/calendars/index.ts';
import { formatInstant } from '@stratlab/data/instant.ts';
import { judgeQuality, type QualityReport } from '@stratlab/data/quality.ts';
import type { Series } from '@stratlab/data/series.ts';
import type { Lab } from './lab.ts';
import { type BarQuery, readBars } from './read-bars.ts';

/** Applies every quality rule to visible bars of a series, as of its import. */
export function judgeSeries(
  bars: Bars,
  { timeframe, instrument, repairs, imported_at }: Pick<Series, 'timeframe' | 'instrument' | 'repairs' | 'imported_at'>,
): QualityReport {
  return judgeQuality({ bars, timeframe, calendar: getCalendar(instrument.calendar), repairs, now: imported_at });
}

/** Grade and findings over what may be seen of a series. */
export function checkDataQuality({ store }: Pick<Lab, 'store'>, query: Pick<BarQuery, 'symbol' | 'timeframe'>) {
  const { bars, from, to, series, warnings } = readBars(store, query);
  const { time } = bars;
  return {
    symbol: series.symbol,
    timeframe: series.timeframe,
    data_points: to - from,
    date_range: { start: formatInstant(time[from]), end: formatInstant(time[to - 1]) },
    calendar: series.instrument.calendar,
    ...judgeSeries(sliceBars(bars, from, to), series),
    warnings,
  };
}
