import { type Bars, barCount, mapColumns } from './bars.ts';
import type { Calendar } from './calendar.ts';
import { LabError } from './error.ts';
import { dayMs } from './instant.ts';
import { compareTimeframes, type Timeframe, timeframeMs } from './timeframe.ts';

/**
 * Coarser bars from finer: first open, highest high, lowest low, last close, summed volume, stamped at their start.
 * Intraday bars lie on the UTC grid. A daily bar is a session of the calendar where one is given, else a UTC day; a
 * weekly bar is an ISO week of such days, stamped Monday 00:00Z. Spans without bars give no bar; the first and the last
 * bar cover only what there is of their span. Throws `invalid_input` for a finer target.
 */
export function resample(bars: Bars, from: Timeframe, to: Timeframe, calendar?: Pick<Calendar, 'sessionOf'>): Bars {
  if (compareTimeframes(to, from) < 0) {
    throw new LabError('invalid_input', `Bars of ${from} cannot be made into finer bars of ${to}.`, {
      path: 'timeframe',
      hint: `Choose ${from} or a coarser timeframe.`,
    });
  }
  if (from === to) return bars;
  const intraday = timeframeMs(from) < dayMs;
  const dayOf = calendar !== undefined && intraday ? (time: number) => calendar.sessionOf(time) : utcDay;
  return aggregate(bars, bars.time.map(starts(to, dayOf)));
}

/** Start of the bar on the UTC grid (weeks: Monday 00:00Z) that holds an instant. */
export function gridStart(instant: number, timeframe: Timeframe): number {
  return starts(timeframe, utcDay)(instant);
}

function starts(timeframe: Timeframe, dayOf: (time: number) => number): (time: number) => number {
  if (timeframe === '1w') return (time) => mondayOf(dayOf(time));
  if (timeframe === '1d') return dayOf;
  const length = timeframeMs(timeframe);
  return (time) => floorTo(time, length);
}

function utcDay(time: number): number {
  return floorTo(time, dayMs);
}

/** 1970-01-01 was a Thursday, three days after a Monday. */
function mondayOf(day: number): number {
  return floorTo(day + 3 * dayMs, 7 * dayMs) - 3 * dayMs;
}

function floorTo(time: number, length: number): number {
  return Math.floor(time / length) * length;
}

/** One bar per run of equal `start`. */
function aggregate(bars: Bars, start: Float64Array): Bars {
  const rows = barCount(bars);
  const out = mapColumns(() => new Float64Array(rows));
  let last = -1;
  for (let i = 0; i < rows; i++) {
    if (last < 0 || start[i] !== out.time[last]) {
      last++;
      out.time[last] = start[i];
      out.open[last] = bars.open[i];
      out.high[last] = bars.high[i];
      out.low[last] = bars.low[i];
    }
    if (bars.high[i] > out.high[last]) out.high[last] = bars.high[i];
    if (bars.low[i] < out.low[last]) out.low[last] = bars.low[i];
    out.close[last] = bars.close[i];
    out.volume[last] += bars.volume[i];
  }
  return mapColumns((name) => out[name].slice(0, last + 1));
}
