import { type BarGrid, forEachExpectedBar, usualGrid } from '../calendar.ts';
import { dayMs, formatInstant } from '../instant.ts';
import type { JudgedSeries, QualityRule, Severity } from '../quality.ts';
import { Sightings } from '../sightings.ts';
import { timeframeMs } from '../timeframe.ts';

const hourMs = 3_600_000;
const weekMs = 7 * dayMs;
const rarelyOpen = 0.05;
const fewestWeeks = 4;
const mostClosed = 0.25;

/**
 * Bars that the calendar expects between the first and the last bar and that are not there. The grid is the series' own: a
 * market that opens at 09:30 may be cut at 09:00 or at 09:30. A bar is there when any bar begins in its span. An hour of the
 * week that the series never has (at most 5 % of the weeks, and a quarter of all) counts as closed: gold's daily pause.
 */
export const missingBars: QualityRule = {
  rule: 'missing_bars',
  title: 'Bars that the trading calendar expects and the series does not have',
  source: 'sessions, holidays and early closes of the calendar; a gap is a run of expected bars that are absent',
  check(series) {
    const { length: expected, gaps, missing } = findGaps(series);
    const seen = new Sightings();
    for (const gap of gaps) seen.add(gap.first, gap.bars, describeGap, gap);
    const share = missing / expected;
    const where = `${missing} of ${expected} expected bars (${(share * 100).toFixed(2)} %) are missing in ${gaps.length === 1 ? '1 gap' : `${gaps.length} gaps`}.`;
    return seen.finding(
      'missing_bars',
      severityOf(share),
      `${where} Indicators run across a gap as if it were not there; fetch the bars, or start after the gap.`,
    );
  },
};

interface Gap {
  first: number;
  last: number;
  bars: number;
}

function severityOf(share: number): Severity {
  if (share <= 0.005) return 'info';
  return share <= 0.1 ? 'warning' : 'error';
}

function findGaps(series: JudgedSeries): { length: number; gaps: Gap[]; missing: number } {
  const isClosed = closedSlots(series);
  const gaps: Gap[] = [];
  let length = 0;
  let missing = 0;
  let gap: Gap | undefined;
  forEachSlot(series, (start, present) => {
    if (!present && isClosed(start)) return;
    length++;
    if (present) {
      gap = undefined;
      return;
    }
    missing++;
    if (gap === undefined) {
      gap = { first: start, last: start, bars: 0 };
      gaps.push(gap);
    }
    gap.last = start;
    gap.bars++;
  });
  return { length, gaps, missing };
}

/** Visits every expected bar in order, with whether the series has one that begins in its span. */
function forEachSlot(series: JudgedSeries, visit: (start: number, present: boolean) => void): void {
  const { bars, timeframe, calendar } = series;
  const { time } = bars;
  if (time.length === 0) return;
  const length = timeframeMs(timeframe);
  let next = 0;
  forEachExpectedBar(calendar, timeframe, time[0], time[time.length - 1], gridOf(series), (start) => {
    while (next < time.length && time[next] < start) next++;
    visit(start, next < time.length && time[next] < start + length);
  });
}

/** The commonest phase of the bars, on whichever clock more of them agree. Clocks differ by whole hours; dates have no phase. */
function gridOf({ bars: { time }, timeframe, calendar }: JudgedSeries): BarGrid {
  const length = timeframeMs(timeframe);
  if (length === dayMs) return usualGrid(timeframe);
  const utc = commonestPhase(time, length, () => 0);
  if (length > dayMs || length <= hourMs) return { clock: 'utc', phase: utc.phase };
  const exchange = commonestPhase(time, length, calendar.offsetAt);
  return exchange.bars > utc.bars ? { clock: 'exchange', phase: exchange.phase } : { clock: 'utc', phase: utc.phase };
}

function commonestPhase(time: Float64Array, length: number, offsetAt: (time: number) => number) {
  const counts = new Map<number, number>();
  for (const start of time) {
    const local = start + offsetAt(start);
    const phase = local - Math.floor(local / length) * length;
    counts.set(phase, (counts.get(phase) ?? 0) + 1);
  }
  const [phase, bars] = [...counts].reduce((best, entry) => (entry[1] > best[1] ? entry : best));
  return { phase, bars };
}

/** Tells whether an instant lies at a time of the exchange's week at which this series has no bars. */
function closedSlots(series: JudgedSeries): (start: number) => boolean {
  const { timeframe, calendar } = series;
  const length = timeframeMs(timeframe);
  if (length >= dayMs) return () => false;
  const slotOf = (start: number) => Math.floor(((start + calendar.offsetAt(start)) % weekMs) / length);
  const expected = new Float64Array(weekMs / length);
  const present = new Float64Array(weekMs / length);
  forEachSlot(series, (start, isPresent) => {
    const slot = slotOf(start);
    expected[slot]++;
    if (isPresent) present[slot]++;
  });
  const closed = expected.map((weeks, slot) => (weeks >= fewestWeeks && present[slot] <= weeks * rarelyOpen ? 1 : 0));
  const all = expected.reduce((count, weeks) => count + (weeks > 0 ? 1 : 0), 0);
  const shut = closed.reduce((count, flag) => count + flag, 0);
  return shut <= all * mostClosed ? (start) => closed[slotOf(start)] === 1 : () => false;
}

function describeGap({ last, bars }: Gap): string {
  return bars === 1 ? '1 bar missing' : `${bars} bars missing, the last at ${formatInstant(last)}`;
}
