import type { Bars } from '../bars.ts';
import type { QualityRule } from '../quality.ts';
import { Sightings } from '../sightings.ts';

/** low <= min(open, close) <= max(open, close) <= high, exactly: adjusting by a factor keeps the order of prices. */
export const ohlcInconsistent: QualityRule = {
  rule: 'ohlc_inconsistent',
  title: 'Bars whose open or close lies outside their low and high',
  source: 'definition of an OHLC bar',
  check({ bars }) {
    const { time, open, high, low, close } = bars;
    const seen = new Sightings();
    for (let i = 0; i < time.length; i++) {
      const [o, h, l, c] = [open[i], high[i], low[i], close[i]];
      if (l > o || l > c || h < o || h < c) seen.add(time[i], 1, describeBar, bars, i);
    }
    return seen.finding(
      'ohlc_inconsistent',
      'error',
      'These bars cannot have happened: ranges, stops and fills on them are wrong. Fetch them again from the source.',
    );
  },
};

function describeBar({ open, high, low, close }: Bars, i: number): string {
  return `open ${open[i]}, high ${high[i]}, low ${low[i]}, close ${close[i]}`;
}
