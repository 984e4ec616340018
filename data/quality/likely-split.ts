import type { Bars } from '../bars.ts';
import type { QualityRule } from '../quality.ts';
import { Sightings } from '../sightings.ts';

/** Old shares to new: 3:2 and n:1. Reverse splits are n:1 only. */
const ratios = [1.5, 2, 3, 4, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 50];
const reach = 0.02;
const openReach = 0.04;
const moneyReach = 4;
const window = 20;
const confirmingBars = 3;

/**
 * A step by n or 1/n that looks like a change of the share count: the bar trades within 2 % of the previous close over n
 * and opens within 4 % of it; volume goes the other way, so that the money traded stays within a factor of 4 of the median
 * of 20 bars (in a crash it multiplies); and the three closes before and after show no return
 * to the other level.
 */
export const likelySplit: QualityRule = {
  rule: 'likely_split',
  title: 'Steps that look like splits the prices were not adjusted for',
  source: 'thresholds set on AAPL, IBM, BAC and IWM as traded 1998-2021: 7 splits found, crashes left alone',
  check({ bars }) {
    const { time, open, close } = bars;
    const seen = new Sightings();
    for (let i = 1; i < time.length; i++) {
      const before = close[i - 1];
      const step = (open[i] === before ? close[i] : open[i]) / before;
      if (!(step > 0) || (step > 0.7 && step < 1.9)) continue;
      const factor = splitFactor(bars, i, step);
      if (factor > 0 && moneyIsUnchanged(bars, i, factor) && staysOnLevel(close, i, factor)) {
        seen.add(time[i], 1, describeStep, factor, before, close[i]);
      }
    }
    return seen.finding(
      'likely_split',
      'error',
      'Adjust the prices before the step by the ratio: as they stand, the step counts as a profit or loss that nobody had.',
    );
  },
};

/** The factor that turns the previous close into the new level; 0 where no split ratio is near. */
function splitFactor({ high, low, close }: Bars, i: number, step: number): number {
  for (const ratio of ratios) {
    const factor = step < 1 ? 1 / ratio : ratio;
    const level = close[i - 1] * factor;
    const touched = low[i] <= level * (1 + reach) && high[i] >= level * (1 - reach);
    if (touched && Math.abs(step / factor - 1) <= openReach) return factor;
  }
  return 0;
}

function moneyIsUnchanged({ volume }: Bars, i: number, factor: number): boolean {
  const usual = volume.slice(Math.max(0, i - window), i).sort();
  const median = usual[usual.length >> 1];
  if (median === 0 || volume[i] === 0) return true;
  const money = (volume[i] / median) * factor;
  return money <= moneyReach && money >= 1 / moneyReach;
}

/** Whether the closes before lie nearer (in logarithms) to the old level and those from the step on to the new one. */
function staysOnLevel(close: Float64Array, i: number, factor: number): boolean {
  const middle = close[i - 1] * Math.sqrt(factor);
  const last = Math.min(close.length - 1, i + confirmingBars);
  for (let k = Math.max(0, i - 1 - confirmingBars); k <= last; k++) {
    if (close[k] > middle !== (k < i === factor < 1)) return false;
  }
  return true;
}

function describeStep(factor: number, before: number, after: number): string {
  const ratio = factor < 1 ? `${Math.round(2 / factor) / 2}:1` : `1:${factor}`;
  return `close ${after} after ${before}, near a ${ratio === '1.5:1' ? '3:2' : ratio} split`;
}
