import type { QualityRule } from '../quality.ts';
import { Sightings } from '../sightings.ts';

const shortestRun = 10;

/** A bar is stale when all four prices equal the close before it. Ten in a row are reported, however much volume they claim. */
export const staleRun: QualityRule = {
  rule: 'stale_run',
  title: 'Ten or more bars in a row that repeat one price',
  source: 'a feed that stands still repeats its last price; shorter runs happen in quiet markets',
  check({ bars: { time, open, high, low, close } }) {
    const seen = new Sightings();
    let run = 0;
    for (let i = 1; i <= time.length; i++) {
      const before = close[i - 1];
      if (i < time.length && close[i] === before && open[i] === before && high[i] === before && low[i] === before) {
        run++;
        continue;
      }
      if (run >= shortestRun) seen.add(time[i - run], run, describeRun, run, before);
      run = 0;
    }
    const hint = 'The feed stood still or the source filled an outage: no fill at these prices was possible.';
    return seen.finding('stale_run', 'warning', hint);
  },
};

function describeRun(bars: number, price: number): string {
  return `${bars} bars at ${price}`;
}
