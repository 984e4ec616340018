import { barEnd } from '../calendar.ts';
import { formatInstant } from '../instant.ts';
import type { QualityRule } from '../quality.ts';
import { Sightings } from '../sightings.ts';

export const unfinishedLastBar: QualityRule = {
  rule: 'unfinished_last_bar',
  title: 'The last bar had not ended when it was taken',
  source: 'a bar is complete when its session or its time span has ended by the calendar',
  check({ bars: { time }, timeframe, calendar, now }) {
    const seen = new Sightings();
    const last = time[time.length - 1];
    if (time.length > 0) {
      const end = barEnd(calendar, timeframe, last);
      if (end > now) seen.add(last, 1, describeEnd, end, now);
    }
    const hint = 'Leave the bar out: its high, low, close and volume could still change.';
    return seen.finding('unfinished_last_bar', 'warning', hint);
  },
};

function describeEnd(end: number, now: number): string {
  return `ends ${formatInstant(end)}, taken ${formatInstant(now)}`;
}
