import type { QualityRule } from '../quality.ts';
import { Sightings } from '../sightings.ts';

export const negativeVolume: QualityRule = {
  rule: 'negative_volume',
  title: 'Bars with a volume below zero',
  source: 'definition of volume',
  check({ bars: { time, volume } }) {
    const seen = new Sightings();
    for (let i = 0; i < time.length; i++) {
      if (volume[i] < 0) seen.add(time[i], 1, describeVolume, volume[i]);
    }
    const hint = 'Volume indicators are wrong around these bars; prices are not concerned.';
    return seen.finding('negative_volume', 'warning', hint);
  },
};

function describeVolume(volume: number): string {
  return `volume ${volume}`;
}
