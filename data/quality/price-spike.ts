import type { Bars } from '../bars.ts';
import type { QualityRule } from '../quality.ts';
import { Sightings } from '../sightings.ts';

const usualRanges = 12;
const smallest = 0.005;
const memory = 1 / 100;
const clip = 4;

/**
 * A price beyond both neighbouring closes by more than 12 times the usual range of a bar (and by 0.5 %): it left its level
 * and was back within a bar. The usual range is the exponential mean over about 100 bars of ln(high / low), no bar counting
 * more than fourfold, and at least half the mean of the whole series. Past the ends of the series the bar's own close serves.
 */
export const priceSpike: QualityRule = {
  rule: 'price_spike',
  title: 'Single bars whose high or low left the level of their neighbours and came back',
  source: 'measured against ranges, not against price levels: a z-score of the price takes every trend for an error',
  check({ bars }) {
    const { time, high, low, close } = bars;
    const seen = new Sightings();
    const mean = meanRange(bars);
    const last = time.length - 1;
    let usual = mean;
    for (let i = 0; i <= last; i++) {
      const before = close[i === 0 ? 0 : i - 1];
      const after = close[i === last ? last : i + 1];
      const limit = Math.max(smallest, usualRanges * Math.max(usual, mean / 2));
      const above = Math.log(high[i] / Math.max(before, after));
      const below = Math.log(Math.min(before, after) / low[i]);
      if (above > limit) seen.add(time[i], 1, describeSpike, 'high', high[i], before, after);
      else if (below > limit) seen.add(time[i], 1, describeSpike, 'low', low[i], before, after);
      usual += memory * (Math.min(logRange(bars, i), clip * Math.max(usual, mean / 2)) - usual);
    }
    return seen.finding(
      'price_spike',
      'warning',
      'Compare these bars with another source: a bad tick triggers stops and targets that nobody could have had.',
    );
  },
};

function meanRange(bars: Bars): number {
  let sum = 0;
  for (let i = 0; i < bars.time.length; i++) sum += Math.min(logRange(bars, i), 1);
  return sum / bars.time.length;
}

/** ln(high / low); 0 where that is no range. */
function logRange({ high, low }: Bars, i: number): number {
  return low[i] > 0 && high[i] > low[i] ? Math.log(high[i] / low[i]) : 0;
}

function describeSpike(side: string, price: number, before: number, after: number): string {
  return `${side} ${price} between closes of ${before} and ${after}`;
}
