import type { QualityRule } from '../quality.ts';
import { Sightings } from '../sightings.ts';

const tellingShare = 0.15;
const suspiciousShare = 0.05;
const fewestSessions = 20;
const roundTheClock = 1440;

interface Year {
  year: number;
  sessions: number;
  equal: number;
  /** Time of the first bar of the year that begins a session. */
  first: number;
}

/**
 * Opens made up from closes: there is no overnight gap. Reported where a year has at least 15 % of sessions that open exactly
 * at the close before (coarse ticks bring liquid stocks up to 10 % by chance), with all years of at least 5 %. Markets that
 * trade round the clock have no gap to miss and are not judged.
 */
export const openEqualsPreviousClose: QualityRule = {
  rule: 'open_equals_previous_close',
  title: 'Sessions that open exactly at the previous close',
  source:
    'index and fund files often repeat the close as the open; shares as traded 1998-2021 reach 10 %, made-up opens 15-98 %',
  check({ bars, calendar }) {
    if (calendar.sessionMinutes === roundTheClock) return null;
    const years = countByYear(bars.time, bars.open, bars.close, calendar.sessionOf);
    if (!years.some((year) => shareOf(year) >= tellingShare)) return null;
    const seen = new Sightings();
    const suspicious = years.filter((year) => shareOf(year) >= suspiciousShare);
    for (const year of suspicious) seen.add(year.first, year.equal, describeYear, year);
    const share = percent(sum(years, 'equal') / sum(years, 'sessions'));
    return seen.finding(
      'open_equals_previous_close',
      'warning',
      `${share} of all opens equal the previous close; by year ${describeSpans(suspicious)}. Those years have no overnight ` +
        'gap: a fill at the next open is one at a close already seen. Fill at the next close (execution.fill: next_close).',
    );
  },
};

function countByYear(
  time: Float64Array,
  open: Float64Array,
  close: Float64Array,
  sessionOf: (time: number) => number,
): Year[] {
  const years = new Map<number, Year>();
  let session = time.length > 0 ? sessionOf(time[0]) : 0;
  for (let i = 1; i < time.length; i++) {
    const before = session;
    session = sessionOf(time[i]);
    if (session === before) continue;
    const year = new Date(session).getUTCFullYear();
    const count = years.get(year) ?? { year, sessions: 0, equal: 0, first: time[i] };
    count.sessions++;
    if (open[i] === close[i - 1]) count.equal++;
    years.set(year, count);
  }
  return [...years.values()];
}

function shareOf({ sessions, equal }: Year): number {
  return sessions >= fewestSessions ? equal / sessions : 0;
}

function sum(years: Year[], field: 'sessions' | 'equal'): number {
  return years.reduce((total, year) => total + year[field], 0);
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function describeYear({ year, sessions, equal }: Year): string {
  return `${percent(equal / sessions)} of the ${sessions} opens of ${year}`;
}

/** `2000-2007 (15-98 %), 2011-2013 (9-26 %)`: runs of years, each with its lowest and highest share. */
function describeSpans(years: Year[]): string {
  const spans: Year[][] = [];
  for (const year of years) {
    const span = spans.at(-1);
    if (span?.at(-1)?.year === year.year - 1) span.push(year);
    else spans.push([year]);
  }
  return spans.map(describeSpan).join(', ');
}

function describeSpan(span: Year[]): string {
  const shares = span.map(({ equal, sessions }) => Math.round((equal / sessions) * 100)).sort((a, b) => a - b);
  const ends = (first: number, last: number) => (first === last ? `${first}` : `${first}-${last}`);
  return `${ends(span[0].year, span[span.length - 1].year)} (${ends(shares[0], shares[shares.length - 1])} %)`;
}
